/* Rings about a zone's letter with a sign beside it: what is new, lifted, to come, or tested today. */
const RATIO = 2;

export function addMark(map, name, { box, ring, line, halo, plate, on, sign, dashes }) {
  const board = document.createElement("canvas");
  board.width = board.height = box * RATIO;
  const pen = board.getContext("2d", { willReadFrequently: true });
  pen.scale(RATIO, RATIO);
  const circle = (x, y, r) => {
    pen.beginPath();
    pen.arc(x, y, r, 0, 2 * Math.PI);
  };
  for (const [colour, width] of [[halo, 5.5], [line, 2.6]]) {
    circle(box / 2, box / 2, ring);
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.setLineDash(width > 5 ? [] : dashes);
    pen.stroke();
  }
  pen.setLineDash([]);
  circle(32 + 4, 8, 8);
  pen.fillStyle = plate;
  pen.fill();
  pen.translate(4, 1);
  pen.strokeStyle = on;
  pen.lineWidth = 1.7;
  pen.lineCap = "round";
  pen.stroke(new Path2D(sign));
  map.addImage(name, pen.getImageData(0, 0, board.width, board.height), { pixelRatio: RATIO });
}
