// @ts-check
/**
 * Photos are made small on the phone before they are sent: a mountain signal carries them then, and
 * neither place nor camera leaves the phone. The server draws them anew whatever it is sent.
 */

const EDGE = 2000;
const QUALITY = 0.82;

/**
 * A photo at most 2,000 pixels long, as JPEG; itself where the browser can't read it.
 * @param {File} file
 * @returns {Promise<File>}
 */
export async function shrink(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    pen.fillStyle = 'white';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
    return blob ? new File([blob], 'photo.jpg', { type: 'image/jpeg' }) : file;
  } catch {
    return file;
  }
}

/**
 * Make a field's photos small, one that was taken while this page was still loading too.
 * @param {HTMLInputElement} field
 */
function startPhoto(field) {
  const makeSmall = async () => {
    const taken = field.files?.[0];
    if (!taken) {
      return;
    }
    // One that can't be pressed anyway stays so: it keeps Enter from sending half a form.
    const send = [...(field.form?.querySelectorAll('button[type=submit]:enabled') ?? [])];
    for (const button of send) {
      /** @type {HTMLButtonElement} */ (button).disabled = true;
    }
    const small = await shrink(taken);
    if (field.files?.[0] === taken) {
      const holder = new DataTransfer();
      holder.items.add(small);
      field.files = holder.files;
      field.dataset.photo = 'small';
    }
    for (const button of send) {
      /** @type {HTMLButtonElement} */ (button).disabled = false;
    }
  };
  field.addEventListener('change', makeSmall);
  void makeSmall();
}

for (const field of document.querySelectorAll('input[data-photo]')) {
  startPhoto(/** @type {HTMLInputElement} */ (field));
}
