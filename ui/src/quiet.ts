/** Switches off what a browser does with fingers and a kiosk must not: menus, dragging, zooming; and shows at once what is pressed. */
export function quieten(page: Document): void {
  const refuse = (event: Event) => event.preventDefault();
  page.addEventListener('contextmenu', refuse);
  page.addEventListener('dragstart', refuse);
  page.addEventListener('gesturestart', refuse);
  page.addEventListener('wheel', (event) => event.ctrlKey && event.preventDefault(), { passive: false });
  page.addEventListener('touchmove', (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });

  let pressed: Element | null = null;
  const release = () => {
    pressed?.removeAttribute('data-pressed');
    pressed = null;
  };
  page.addEventListener('pointerdown', (event) => {
    release();
    pressed = event.target instanceof Element ? event.target.closest('button:not([aria-disabled=true])') : null;
    pressed?.setAttribute('data-pressed', '');
  });
  for (const end of ['pointerup', 'pointercancel', 'blur']) page.addEventListener(end, release, true);

  // The focus ring is for those who use keys.
  page.addEventListener('pointerdown', () => page.documentElement.removeAttribute('data-keys'), true);
}
