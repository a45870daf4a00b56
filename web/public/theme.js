// Puts the chosen theme on the document before anything is painted. A file of its own because the
// content security policy allows no inline script; not a module because modules run after parsing.
(function () {
  try {
    var kept = JSON.parse(localStorage.getItem('parley.settings') || '{}');
    if (kept.theme === 'light' || kept.theme === 'dark') {
      document.documentElement.dataset.theme = kept.theme;
    }
  } catch {
    // Nothing kept, or storage is forbidden: the system's theme it is.
  }
})();
