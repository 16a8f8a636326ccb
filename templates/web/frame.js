// Tells the page around this frame how high the form is: embed.js there gives it that height.
new ResizeObserver(() => {
  parent.postMessage({mailerHeight: document.documentElement.scrollHeight}, '*');
}).observe(document.body);
