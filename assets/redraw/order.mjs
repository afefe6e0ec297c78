/* Acts run in the order in which they were made, also behind one that asks the server: quick keys and clicks lose none. */
const acts = [];
let round = {}; // another one after `drop`: what is still asked for the one before no longer counts
let busy = false;

/* `act` gets a function that says whether it still counts; what it promises is waited for before the next act. */
export function inOrder(act) {
  acts.push(act);
  if (!busy) run(round);
}

/* What waits is put away; true where something waited. */
export function drop() {
  const waited = busy;
  acts.length = 0;
  round = {};
  busy = false;
  return waited;
}

async function run(mine) {
  const counts = () => mine === round;
  busy = true;
  try {
    while (counts() && acts.length) await acts.shift()(counts);
  } finally {
    if (counts()) busy = false;
    if (counts() && acts.length) run(mine);
  }
}
