// biome-ignore-all lint/suspicious/noConsole: the package warns through it while it is loaded
const { warn } = console;
// It warns of versions of Node that it does not support; that it works with this one is what the suite shows.
console.warn = (text: string) => {
  if (!text.includes('Unsupported runtime')) warn(text);
};
const { default: Provider } = await import('oidc-provider');
console.warn = warn;

export { Provider };
