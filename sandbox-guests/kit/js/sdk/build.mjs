// Makes the component: `anshi guest build` calls it in the project's folder. build.mjs WORLD OUT
// The types are checked and stripped, the modules become one, and every feature that would import anything is off.
import { mkdir, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import process from "node:process";
import { build } from "esbuild";
import { componentize } from "@bytecodealliance/componentize-js";

const [world, out] = process.argv.slice(2);
const source = ["src/guest.ts", "src/guest.js"].find((path) => existsSync(path));

function fail(words) {
  process.stderr.write(`${words}\n`);
  process.exit(1);
}

if (source === undefined) fail("there is neither src/guest.ts nor src/guest.js");
if (existsSync("tsconfig.json")) {
  const checked = spawnSync(process.execPath, [join("node_modules", "typescript", "bin", "tsc"), "--pretty", "false"], {
    stdio: ["ignore", 2, 2],
  });
  if (checked.status !== 0) process.exit(1);
}
await mkdir(dirname(out), { recursive: true });
const bundle = join(dirname(out), "guest.js");
// esbuild says itself what it does not like.
await build({ entryPoints: [source], bundle: true, format: "esm", target: "es2022", outfile: bundle }).catch(() => process.exit(1));
try {
  const { component } = await componentize({
    sourcePath: bundle,
    witPath: "wit",
    worldName: world,
    disableFeatures: ["random", "stdio", "clocks", "http", "fetch-event"],
  });
  await writeFile(out, component);
} catch (error) {
  fail(error.message);
}
