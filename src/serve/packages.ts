/** The packages that serving takes, loaded when it is asked for: who only trains has no server installed. */
import { InputError } from "../base/errors.js";

const MISSING = /^(ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND)$/;

async function needed<T>(name: string, loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (error) {
    if (!MISSING.test((error as NodeJS.ErrnoException).code ?? "")) throw error;
    throw new InputError(
      `Serving needs the package ${name}, which is not installed. Install it beside cellstate: npm install fastify prom-client`,
      { cause: error },
    );
  }
}

/** @throws InputError where it is not installed */
export const loadFastify = () => needed("fastify", import("fastify"));

/** @throws InputError where it is not installed */
export const loadPromClient = async () => {
  const { default: client } = await needed("prom-client", import("prom-client"));
  return client;
};
