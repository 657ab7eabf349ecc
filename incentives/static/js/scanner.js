// @ts-check
/**
 * QR codes from the camera: read by the browser where it can, else by the vendored decoder.
 * Pictures stay in the page; nothing of them is kept or sent.
 */

/** @typedef {(video: HTMLVideoElement) => Promise<string | null>} Reader */

const PAUSE = 120; // milliseconds between two pictures
const SAME = 2000; // for so long the same code isn't told again
const SIDE = 800; // pixels of a picture's side that the decoder is given

/** @returns {Promise<Reader | null>} */
async function nativeReader() {
  const Detector = /** @type {any} */ (window).BarcodeDetector;
  if (!Detector) return null;
  try {
    const formats = await Detector.getSupportedFormats();
    if (!formats.includes('qr_code')) return null;
    const detector = new Detector({ formats: ['qr_code'] });
    return async (video) => (await detector.detect(video))[0]?.rawValue || null;
  } catch {
    return null;
  }
}

/** @returns {Promise<Reader>} */
async function ownReader() {
  const { decodeQR } = await import('../vendor/qr/decode.js');
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
    try {
      return decodeQR(context.getImageData(0, 0, side, side)) || null;
    } catch {
      return null; // no code in this picture
    }
  };
}

/** @returns {Promise<Reader>} */
async function makeReader() {
  return (await nativeReader()) || ownReader();
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
 */
async function watch(video, reader, onText, signal) {
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
        read = await ownReader();
      }
      if (text && !signal?.aborted && (text !== last || Date.now() - lastAt > SAME)) {
        last = text;
        lastAt = Date.now();
        navigator.vibrate?.(60);
        onText(text);
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
 * @param {{ signal?: AbortSignal }} [options]
 */
export async function startScanner(video, onText, { signal } = {}) {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new DOMException('no camera', 'NotFoundError'); // also where the page isn't https
  }
  const reader = makeReader();
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
    if (!signal?.aborted) watch(video, read, onText, signal);
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
