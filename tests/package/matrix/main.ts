/** What `npm run test:ecosystem` runs; matrix.ts says what may be asked for. */
import "../ecosystem-tools.js";
import "../ecosystem-workerd.js";
import "./matrix.js";
