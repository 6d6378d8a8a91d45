import { paths } from "../../api.ts";

export default { paths: paths.en };
