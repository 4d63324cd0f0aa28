import { format } from 'echarts/core';

/** An SVG that says in words what it shows, for those who do not see it. */
export function described(svg: string, title: string, description: string): string {
  const text = (words: string): string => format.encodeHTML(words);
  const head = `<title id="title">${text(title)}</title><desc id="desc">${text(description)}</desc>`;
  return svg.replace('<svg ', '<svg role="img" aria-labelledby="title desc" ').replace(/^(<svg[^>]*>)/, `$1${head}`);
}
