// Turns signal that arrives in chunks into a trace that runs evenly.

const far = 30_000; // ms: more than this behind, it jumps

// Playhead follows the newest sample, as much behind as chunks are long.
export class Playhead {
  constructor() {
    this.at = NaN;
    this.lag = 1000;
  }

  // heard notes that a chunk of that length came.
  heard(length) { this.lag = Math.min(8000, Math.max(this.lag * 0.9, length)); }

  // move goes on by dt ms towards the newest sample: at the speed of life, faster
  // when more waits, never back or past what is known.
  move(newest, dt) {
    if (!Number.isFinite(newest)) return this.at;
    const behind = newest - this.at;
    if (!Number.isFinite(behind) || Math.abs(behind) > far + this.lag) this.at = newest - Math.min(this.lag, 1500);
    else this.at = Math.min(newest, this.at + dt * Math.max(0.2, 1 + (behind - this.lag) / 1500));
    return this.at;
  }
}
