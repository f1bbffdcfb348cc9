/** The drawn pictures, by the name that the catalog gives. */
const files = import.meta.glob<string>('./art/*.svg', { query: '?url', import: 'default', eager: true });

const pictures = new Map(Object.entries(files).map(([path, url]) => [path.slice('./art/'.length, -'.svg'.length), url]));

/** The soft ground that each picture stands on. */
const tints: Record<string, string> = {
  americano: '#f3e6d8',
  cappuccino: '#f3e9dc',
  caramel: '#fbf0d8',
  cheesecake: '#fdf0d6',
  coldbrew: '#ece4da',
  croissant: '#faead2',
  espresso: '#efe4d6',
  grapefruit: '#ffe6dc',
  greentea: '#eaf2dd',
  'hot-latte': '#f6ead8',
  latte: '#f6ead8',
  lemonade: '#fbf6d3',
  muffin: '#f5e6da',
  vanilla: '#fbf2da',
};

/** Where the picture is; nothing for a name that isn't drawn. */
export function picture(name: string): string | undefined {
  return pictures.get(name);
}

/** The ground of a picture. */
export function tint(name: string): string {
  return tints[name] ?? 'var(--sunken)';
}
