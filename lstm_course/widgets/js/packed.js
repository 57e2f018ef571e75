// Much in little: JSON, gzip, base64, as lstm_course.widgets.bundle.packed writes it.

export async function open(packed) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}
