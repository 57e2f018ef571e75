// The page's engine behind one door.

import { batchOf, judge, lossAndGradients, makeLearner, trainStep } from "./learn.js";
import { endState, makeNet, outputs, pullNetBack, runNet, runNetBack, shapesOf, startGradients, stateName } from "./net.js";
import { defaultRng, seedWords } from "./pcg64.js";
import { drawOrthogonal, drawStart } from "./start.js";
import { makeTask } from "./tasks.js";

export {
  batchOf, defaultRng, drawOrthogonal, drawStart, endState, judge, lossAndGradients, makeLearner, makeNet, makeTask,
  outputs, pullNetBack, runNet, runNetBack, seedWords, shapesOf, startGradients, stateName, trainStep,
};
