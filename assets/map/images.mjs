/* Images of the style, drawn from what its metadata says of each: hatches, badges, signs, swatches. */
const RATIO = 2;
const CELL = 10; // px of one repeat of a hatch

function canvas(width, height) {
  const board = document.createElement("canvas");
  board.width = width * RATIO;
  board.height = height * RATIO;
  const pen = board.getContext("2d", { willReadFrequently: true });
  pen.scale(RATIO, RATIO);
  return { board, pen };
}

const HATCHES = {
  cross(pen) {
    HATCHES.rising(pen);
    HATCHES.falling(pen);
  },
  rising(pen) {
    // Neighbouring repeats are drawn too, or the line would have notches at the seams.
    for (const shift of [-CELL, 0, CELL]) stroke(pen, shift, CELL, shift + CELL, 0);
  },
  dashes(pen) {
    stroke(pen, 0.5, 0.5, 4.5, 4.5);
    stroke(pen, 5.5, 5.5, 9.5, 9.5);
  },
  dots(pen) {
    for (const [x, y] of [[2.5, 2.5], [7.5, 7.5]]) {
      pen.beginPath();
      pen.arc(x, y, 0.95, 0, 2 * Math.PI);
      pen.fill();
    }
  },
  falling(pen) {
    for (const shift of [-CELL, 0, CELL]) stroke(pen, shift, 0, shift + CELL, CELL);
  },
  upright(pen) {
    stroke(pen, CELL / 2, 0, CELL / 2, CELL);
  },
  none() {},
  level(pen) {
    for (const y of [2.5, 7.5]) stroke(pen, 0, y, CELL, y);
  },
};

function stroke(pen, x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

function hatchBoard(kind, colour, alpha) {
  const { board, pen } = canvas(CELL, CELL);
  pen.globalAlpha = alpha;
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = 1.1;
  HATCHES[kind](pen);
  return board;
}

function drawBox(spec) {
  const size = spec.box;
  const { board, pen } = canvas(size, size);
  if (spec.fill) {
    pen.beginPath();
    pen.roundRect(1, 1, size - 2, size - 2, spec.round);
    pen.fillStyle = spec.fill;
    pen.fill();
    if (spec.line) {
      pen.strokeStyle = spec.line;
      pen.lineWidth = 1.6;
      pen.setLineDash(spec.dashes || []);
      pen.stroke();
      pen.setLineDash([]);
    }
  }
  if (spec.path) {
    const inset = (size - 16) / 2;
    pen.translate(inset, inset);
    const path = new Path2D(spec.path);
    if (spec.ink) {
      pen.fillStyle = spec.ink;
      pen.fill(path, "evenodd");
    }
    if (spec.stroke) {
      pen.strokeStyle = spec.stroke;
      pen.lineWidth = 1.6;
      pen.stroke(path);
    }
  }
  if (spec.text) {
    pen.fillStyle = spec.ink;
    pen.font = `700 ${Math.round(size * 0.6)}px ${getComputedStyle(document.body).fontFamily}`;
    pen.textAlign = "center";
    pen.textBaseline = "alphabetic";
    const box = pen.measureText(spec.text);
    pen.fillText(spec.text, size / 2, (size + box.actualBoundingBoxAscent - box.actualBoundingBoxDescent) / 2);
  }
  if (spec.dot) {
    pen.beginPath();
    pen.arc(size - 4.5, 4.5, 3.6, 0, 2 * Math.PI);
    pen.fillStyle = spec.dot;
    pen.strokeStyle = spec["dot-line"];
    pen.lineWidth = 1.4;
    pen.fill();
    pen.stroke();
  }
  return board;
}

function drawSwatch(spec) {
  const { board, pen } = canvas(26, 14);
  const edge = spec.width / 2 + 0.5;
  pen.beginPath();
  pen.rect(edge, edge, 26 - 2 * edge, 14 - 2 * edge);
  pen.fillStyle = spec.fill;
  pen.fill();
  const pattern = pen.createPattern(hatchBoard(spec.swatch, spec.stroke, spec.alpha), "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / RATIO));
  pen.fillStyle = pattern;
  pen.fill();
  pen.strokeStyle = spec.stroke;
  pen.lineWidth = spec.width;
  pen.setLineDash(spec.dashes.map((d) => d * spec.width * 0.7));
  pen.stroke();
  return board;
}

export function draw(spec) {
  if (spec.hatch) return hatchBoard(spec.hatch, spec.stroke, spec.alpha);
  return spec.swatch ? drawSwatch(spec) : drawBox(spec);
}

export function addImage(map, name, spec) {
  const board = draw(spec);
  const data = board.getContext("2d").getImageData(0, 0, board.width, board.height);
  map.addImage(name, data, { pixelRatio: RATIO });
}

export function show(spec) {
  const board = draw(spec);
  board.style.width = `${board.width / RATIO}px`;
  board.style.height = `${board.height / RATIO}px`;
  board.setAttribute("aria-hidden", "true");
  return board;
}
