// @ts-check
/**
 * QR codes from the camera, and barcodes of goods where asked for: read by the browser where it
 * can, else by the vendored decoder and by `shop/ean.js`. Pictures stay in the page; nothing of
 * them is kept or sent.
 */

/** @typedef {(video: HTMLVideoElement) => Promise<string | null>} Reader */

const PAUSE = 120; // milliseconds between two pictures
const SAME = 2000; // for so long a code must have been away to be told again
const SIDE = 800; // pixels of a picture's side that the decoder is given
const BARCODES = ['ean_13', 'ean_8', 'upc_a'];

/**
 * @param {boolean} goods whether barcodes are wanted, too
 * @returns {Promise<Reader | null>}
 */
async function nativeReader(goods) {
  const Detector = /** @type {any} */ (window).BarcodeDetector;
  if (!Detector) return null;
  try {
    const supported = await Detector.getSupportedFormats();
    const formats = goods ? ['qr_code', ...BARCODES] : ['qr_code'];
    if (!formats.every((each) => supported.includes(each))) return null;
    const detector = new Detector({ formats });
    return async (video) => (await detector.detect(video))[0]?.rawValue || null;
  } catch {
    return null;
  }
}

/**
 * @param {boolean} goods whether barcodes are wanted, too
 * @returns {Promise<Reader>}
 */
async function ownReader(goods) {
  const { decodeQR } = await import('../vendor/qr/decode.js');
  const { readBarcode } = goods ? await import('./shop/ean.js') : { readBarcode: () => null };
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  return async (video) => {
    // The middle square, which is what the page shows.
    const square = Math.min(video.videoWidth, video.videoHeight);
    const side = Math.min(square, SIDE);
    canvas.width = side;
    canvas.height = side;
    const left = (video.videoWidth - square) / 2;
    const top = (video.videoHeight - square) / 2;
    context.drawImage(video, left, top, square, square, 0, 0, side, side);
    const picture = context.getImageData(0, 0, side, side);
    const barcode = readBarcode(picture);
    if (barcode) return barcode;
    try {
      return decodeQR(picture) || null;
    } catch {
      return null; // no code in this picture
    }
  };
}

/**
 * @param {boolean} goods
 * @returns {Promise<Reader>}
 */
async function makeReader(goods) {
  return (await nativeReader(goods)) || ownReader(goods);
}

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** @param {HTMLVideoElement} video */
function close(video) {
  const stream = video.srcObject;
  if (stream instanceof MediaStream) for (const track of stream.getTracks()) track.stop();
  video.srcObject = null;
}

/**
 * Read pictures until told to stop.
 *
 * @param {HTMLVideoElement} video
 * @param {Reader} reader
 * @param {(text: string) => void} onText
 * @param {AbortSignal | undefined} signal
 * @param {boolean} goods
 */
async function watch(video, reader, onText, signal, goods) {
  let last = '';
  let lastAt = 0;
  let own = false;
  let read = reader;
  while (!signal?.aborted) {
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.videoWidth) {
      let text = null;
      try {
        text = await read(video);
      } catch (error) {
        // Some browsers have a detector that fails on every picture.
        if (own) throw error;
        own = true;
        read = await ownReader(goods);
      }
      if (text && !signal?.aborted) {
        const again = text === last && Date.now() - lastAt <= SAME;
        last = text;
        lastAt = Date.now();
        if (!again) {
          navigator.vibrate?.(60);
          onText(text);
        }
      }
    }
    await pause(PAUSE);
  }
}

/**
 * Open the camera in a video element and tell each code that is read. It resolves once the
 * picture runs and rejects where the camera can't be opened (`NotAllowedError`: it may not).
 * Aborting the signal closes the camera.
 *
 * @param {HTMLVideoElement} video
 * @param {(text: string) => void} onText
 * @param {{ signal?: AbortSignal, goods?: boolean }} [options] `goods`: read barcodes, too
 */
export async function startScanner(video, onText, { signal, goods = false } = {}) {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new DOMException('no camera', 'NotFoundError'); // also where the page isn't https
  }
  const reader = makeReader(goods);
  reader.catch(() => {});
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 960 } },
  });
  video.srcObject = stream;
  signal?.addEventListener('abort', () => {
    close(video);
    video.hidden = true;
  });
  try {
    if (!signal?.aborted) await video.play();
    const read = await reader;
    if (!signal?.aborted) watch(video, read, onText, signal, goods);
  } catch (error) {
    if (!signal?.aborted) {
      close(video);
      throw error;
    }
  }
  if (signal?.aborted) {
    close(video);
    video.hidden = true;
  }
}
