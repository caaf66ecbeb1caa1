// Pointers and wheels on the paper: drag pans, a pinch or Ctrl and the wheel zoom,
// a tap is told.

const stepRatio = 1.5; // of a pinch, for one step of zoom

export function gestures(el, { pan, zoom, tap }) {
  const down = new Map();
  let moved = 0, spread = 0;

  const distance = () => {
    const [a, b] = [...down.values()];
    return Math.abs(a.x - b.x) || 1;
  };

  el.addEventListener("pointerdown", (e) => {
    if (e.button) return;
    el.setPointerCapture(e.pointerId);
    down.set(e.pointerId, { x: e.offsetX });
    if (down.size === 1) moved = 0;
    if (down.size === 2) spread = distance();
  });
  el.addEventListener("pointermove", (e) => {
    const one = down.get(e.pointerId);
    if (!one) return;
    const dx = e.offsetX - one.x;
    one.x = e.offsetX;
    moved += Math.abs(dx);
    if (down.size === 1 && moved > 4) pan(dx);
    if (down.size !== 2) return;
    const ratio = distance() / spread;
    if (ratio > stepRatio || ratio < 1 / stepRatio) {
      zoom(ratio > 1 ? 1 : -1, e.offsetX);
      spread = distance();
    }
  });
  const up = (e) => {
    if (down.delete(e.pointerId) && e.type === "pointerup" && moved <= 4) tap(e.offsetX, e.offsetY);
  };
  el.addEventListener("pointerup", up);
  el.addEventListener("pointercancel", up);
  let turned = 0;
  el.addEventListener("wheel", (e) => {
    if (e.ctrlKey || e.metaKey) {
      e.preventDefault();
      turned += e.deltaY;
      if (Math.abs(turned) < 60) return;
      zoom(turned < 0 ? 1 : -1, e.offsetX);
      turned = 0;
    } else if (Math.abs(e.deltaX) > Math.abs(e.deltaY) || e.shiftKey) {
      e.preventDefault();
      pan(-(e.deltaX || e.deltaY));
    }
  }, { passive: false });
}
