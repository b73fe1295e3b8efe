// The worker: it reads, trains and answers what the page asks of it.
import "cellstate/worker-program";
