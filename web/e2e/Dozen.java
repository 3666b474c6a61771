import dev.madang.Config;
import dev.madang.Madang;
import dev.madang.media.Codec;
import dev.madang.media.Frame;
import dev.madang.media.Ivf;
import dev.madang.room.SignalMessage.Source;
import dev.madang.server.bot.Bot;
import dev.madang.server.bot.LocalTrack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A server, and in its room `dozen` as many bots as are said, each of which plays the film, over and
/// over and a little later than the one before, as cameras do. They cost next to nothing: what is
/// seen of the page beside them is the page's own doing.
///
/// Words: the film (IVF), how many, the folder of the data.
void main(String[] words) throws Exception {
  List<Frame.Vp8> film = new ArrayList<>();
  try (var file = Files.newInputStream(Path.of(words[0]))) {
    Ivf pictures = new Ivf(file);
    while (pictures.next() instanceof Frame.Vp8 frame) film.add(frame);
  }
  Madang madang =
      Madang.start(
          Config.of(
              Map.of("signal.open", "true", "data", words[2], "http.port", "0", "udp.port", "0", "metrics.port", "0")));
  for (int i = 1; i <= Integer.parseInt(words[1]); i++) {
    Bot bot = madang.room("dozen").join("Bot " + i);
    LocalTrack camera = bot.publish(Source.CAMERA, Codec.VP8);
    Thread.startVirtualThread(() -> play(film, camera));
    Thread.sleep(7);
  }
  IO.println("Up: http://localhost:" + madang.http().port());
  Thread.currentThread().join();
}

void play(List<Frame.Vp8> film, LocalTrack to) {
  int rate = film.getFirst().codec().clockRate();
  long each = film.get(1).timestamp() - film.get(0).timestamp();
  long beginning = System.nanoTime();
  try {
    for (long i = 0; ; i++) {
      Frame.Vp8 frame = film.get((int) (i % film.size()));
      long at = i * each;
      Thread.sleep(Duration.ofNanos(Math.max(0, beginning + at * 1_000_000_000L / rate - System.nanoTime())));
      to.write(new Frame.Vp8(at, frame.picture()));
    }
  } catch (InterruptedException stopped) {
    Thread.currentThread().interrupt();
  }
}
