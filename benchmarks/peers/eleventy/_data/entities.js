import { readdir, readFile } from "node:fs/promises";
import yaml from "js-yaml";

export default async function () {
  const folder = new URL("../entities/", import.meta.url);
  const names = (await readdir(folder)).sort();
  const entities = [];
  for (const name of names) {
    const entity = yaml.load(await readFile(new URL(name, folder), "utf8"));
    entities.push({ ...entity, id: name.slice(0, -".yaml".length) });
  }
  return entities;
}
