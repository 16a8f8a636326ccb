// Tells the page around this frame how high the form is: embed.js there gives it that height, and
// tells which scheme the page has, where the form is to follow that.
const root = document.documentElement;
addEventListener('message', ({source, data}) => {
  if (source === parent && 'follows' in root.dataset && data?.mailerTheme) root.dataset.theme = data.mailerTheme;
});
new ResizeObserver(() => {
  parent.postMessage({mailerHeight: root.scrollHeight}, '*');
}).observe(document.body);
