// The pictures of the screens look again while somebody can see them; never faster than one arrives.

const EVERY_MS = 5000;
const pictures = [...document.querySelectorAll("img[data-again]")];
const seen = new Set();
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) entry.isIntersecting ? seen.add(entry.target) : seen.delete(entry.target);
});
for (const picture of pictures) watcher.observe(picture);

function again(picture) {
  const next = new Image();
  next.onload = () => { picture.src = next.src; };
  next.src = `${picture.dataset.again}?t=${Date.now()}`;
}

if (pictures.length) setInterval(() => { if (!document.hidden) seen.forEach(again); }, EVERY_MS);
