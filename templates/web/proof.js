// Finds the number whose SHA-256 behind a salt is the one it was told (ALTCHA's protocol), and answers as that
// protocol does. Forms on our pages are begun when they are shown; embed.js asks for its own.
const encoder = new TextEncoder();
const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
export const solve = async ({algorithm, challenge, maxnumber, salt, signature}) => {
  for (let first = 0; first <= maxnumber; first += 100) {  // so many at a time: each is a task of its own
    const tries = Array.from({length: 100}, (_, more) => first + more);
    const hashes = await Promise.all(tries.map((number) => crypto.subtle.digest(algorithm, encoder.encode(salt + number))));
    const found = hashes.findIndex((hash) => hex(hash) === challenge);
    if (found >= 0) return btoa(JSON.stringify({algorithm, challenge, number: tries[found], salt, signature}));
  }
  throw new Error('no number fits');
};
for (const form of document.querySelectorAll('form[data-challenge]')) {
  const solved = solve(JSON.parse(form.dataset.challenge)).then((text) => {
    form.elements.altcha.value = text;
  });
  form.addEventListener('submit', async (event) => {
    if (form.elements.altcha.value) return;
    event.preventDefault();
    await solved;
    form.requestSubmit();
  });
}
