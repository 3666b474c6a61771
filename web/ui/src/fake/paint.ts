/** A moving picture that is nobody: a figure before a screen of paper, or a shared page. */
export function paint(look: string): MediaStreamTrack | undefined {
  const canvas = globalThis.document?.createElement('canvas');
  const context = canvas?.getContext?.('2d');
  if (!canvas || !context || typeof canvas.captureStream !== 'function') {
    return undefined;
  }
  const screen = look === 'screen';
  canvas.width = screen ? 1280 : 640;
  canvas.height = screen ? 720 : 480;
  const hue = [...look].reduce((sum, sign) => sum + sign.codePointAt(0)!, 0) % 360;
  let t = 0;
  const draw = () => {
    t += 0.05;
    if (screen) {
      page(context, t);
    } else {
      figure(context, hue, t);
    }
  };
  draw();
  setInterval(draw, 66);
  return canvas.captureStream(15).getVideoTracks()[0];
}

function figure(at: CanvasRenderingContext2D, hue: number, t: number): void {
  const wall = at.createLinearGradient(0, 0, 640, 480);
  wall.addColorStop(0, `hsl(${hue} 22% 62%)`);
  wall.addColorStop(1, `hsl(${hue + 30} 26% 40%)`);
  at.fillStyle = wall;
  at.fillRect(0, 0, 640, 480);
  at.fillStyle = 'rgb(255 250 235 / 50%)';
  at.fillRect(400, 30, 190, 260);
  at.strokeStyle = `hsl(${hue} 20% 40%)`;
  at.lineWidth = 6;
  for (let i = 0; i <= 3; i++) {
    at.strokeRect(400 + i * 47.5, 30, 47.5, 260);
  }
  at.fillStyle = `hsl(${hue + 160} 40% 34%)`;
  at.beginPath();
  at.ellipse(300, 520, 190, 190, 0, 0, 2 * Math.PI);
  at.fill();
  at.fillStyle = `hsl(${20 + (hue % 14)} 46% ${58 + (hue % 3) * 8}%)`;
  at.fillRect(270, 300, 60, 60);
  at.beginPath();
  at.ellipse(300, 235 + Math.sin(t) * 4, 82, 102, 0, 0, 2 * Math.PI);
  at.fill();
  at.fillStyle = '#2a211c';
  at.beginPath();
  at.ellipse(300, 180 + Math.sin(t) * 4, 94, 70, 0, Math.PI, 2 * Math.PI);
  at.fill();
}

function page(at: CanvasRenderingContext2D, t: number): void {
  at.fillStyle = '#fff';
  at.fillRect(0, 0, 1280, 720);
  at.fillStyle = '#1d675c';
  at.fillRect(0, 0, 1280, 64);
  at.fillStyle = '#222';
  at.font = '700 44px sans-serif';
  at.fillText('Yard plan, spring', 80, 150);
  at.font = '26px sans-serif';
  for (let i = 0; i < 9; i++) {
    at.fillText(`${i + 1}.  The text of a shared page stays readable when it is shown large.`, 80, 220 + i * 48);
  }
  at.fillStyle = '#a1301f';
  at.fillRect(80, 660, 400 + Math.sin(t) * 300, 12);
}
