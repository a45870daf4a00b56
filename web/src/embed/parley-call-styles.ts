/** Of the element's shadow root; a rule of the page for `parley-call` comes before `:host`. */
export const STYLES = `
:host {
  display: inline-block;
  vertical-align: middle;
  max-width: 100%;
}
:host([hidden]) { display: none; }
:host([look='card']) { width: 360px; height: 520px; }
:host([position^='bottom']) {
  position: fixed;
  z-index: 2147483000;
  inset-block-end: max(16px, env(safe-area-inset-bottom));
}
:host([position='bottom-right']) { right: max(16px, env(safe-area-inset-right)); }
:host([position='bottom-left']) { left: max(16px, env(safe-area-inset-left)); }
.box {
  display: grid;
  grid-template: 100% / 100%;
  width: var(--width, 132px);
  height: var(--height, 48px);
  max-width: 100%;
  border-radius: 26px;
  overflow: clip;
  visibility: hidden;
  transition: width 180ms cubic-bezier(.2,.7,.2,1), height 180ms cubic-bezier(.2,.7,.2,1);
}
:host([look='card']) .box { width: 100%; height: 100%; border-radius: 20px; }
:host([position^='bottom']) .box {
  max-width: calc(100vw - 32px);
  max-height: calc(100dvh - 32px);
  box-shadow: 0 1px 2px rgb(0 20 24 / .1), 0 12px 32px rgb(0 20 24 / .18);
}
.box[data-open] { border-radius: 20px; }
.box[data-ready], .box:has(p) { visibility: visible; }
.box:has(p) { width: auto; height: auto; grid-template: auto / auto; }
iframe, p { grid-area: 1 / 1; }
iframe { display: block; width: 100%; height: 100%; border: 0; }
.box:has(p) iframe { display: none; }
p {
  box-sizing: border-box;
  align-self: center;
  margin: 0;
  padding: 12px 20px;
  border: 1px solid GrayText;
  border-radius: 26px;
  background: Canvas;
  color: CanvasText;
  font: 15px/1.4 system-ui, sans-serif;
}
/* On a lying phone the words stand beside the orb, for which the card has this width. */
@media (max-height: 460px) and (min-width: 572px) {
  :host([position^='bottom']) .box[data-open] { width: 540px; }
}
@media (prefers-reduced-motion: reduce) { .box { transition: none; } }
`;
