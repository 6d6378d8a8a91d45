import { paths } from "../../../gallery.ts";

export default { paths: () => paths("ja") };
