// Idiomatic Eleventy for this work: entities are global data, pagination makes the pages, clauses are
// Markdown includes, and what does not differ between entities goes through Markdown once.
import markdownIt from "markdown-it";

export default function (config) {
  const markdown = markdownIt("commonmark", { html: true });
  const kept = new Map();
  config.setNunjucksEnvironmentOptions({ trimBlocks: true, lstripBlocks: true });
  config.addFilter("clause", (source, section) => {
    if (!section.shared) return markdown.render(source);
    let html = kept.get(source);
    if (html === undefined) kept.set(source, (html = markdown.render(source)));
    return html;
  });
  config.addFilter("called", (sections, extra) => sections.filter((one) => !one.flag || extra[one.flag]));
  config.addFilter("series", (items) => `${items.slice(0, -1).join(", ")}, and ${items.at(-1)}`);
  config.addFilter("dial", (phone) => phone.replace(/[^\d+]/g, ""));
  config.addFilter("day", (date) =>
    date.toLocaleDateString("en-US", { dateStyle: "long", timeZone: "UTC" }),
  );
  config.setQuietMode(true);
  return {
    dir: { input: ".", includes: "_includes", data: "_data", output: process.env.BENCH_OUT },
    templateFormats: ["njk"],
    htmlTemplateEngine: "njk",
  };
}
