package dev.madang.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.rig.Fuzz;
import dev.madang.wire.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Ogg Opus and IVF, written here by the letter of their documents. */
class FilesTest {
  @Test
  void anIvfFileHasItsPicturesInTheClockOfVp8() throws IOException {
    Ivf ivf = new Ivf(in(ivf("VP80", 30_000, 1001, picture(true, 7), picture(false, 9000))));
    assertThat(ivf.codec()).isEqualTo(Codec.VP8);
    assertThat(ivf.width()).isEqualTo(320);
    assertThat(ivf.height()).isEqualTo(240);
    Frame.Vp8 first = (Frame.Vp8) ivf.next();
    assertThat(first.picture()).isEqualTo(picture(true, 7));
    assertThat(first.timestamp()).isZero();
    Frame.Vp8 second = (Frame.Vp8) ivf.next();
    assertThat(second.picture()).hasSize(9000);
    assertThat(second.timestamp()).isEqualTo(3003);
    assertThat(ivf.next()).isNull();
  }

  @Test
  void anIvfFileOfH264HasAccessUnits() throws IOException {
    byte[] unit = {0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x65, 3};
    Ivf ivf = new Ivf(in(ivf("H264", 25, 1, unit)));
    assertThat(((Frame.H264) ivf.next()).units())
        .containsExactly(new byte[] {0x67, 1, 2}, new byte[] {0x65, 3});
  }

  @Test
  void whatIsNoIvfOrTooLargeIsRefusedWithItsReason() {
    byte[] good = ivf("VP80", 30, 1, picture(true, 100));
    assertRefused(() -> new Ivf(in(changed(good, 0, 'X'))), "no IVF");
    assertRefused(() -> new Ivf(in(changed(good, 8, 'X'))), "codec");
    assertRefused(() -> new Ivf(in(Arrays.copyOf(good, 31))), "breaks off");
    assertRefused(() -> new Ivf(in(changed(good, 7, 0xFF))), "head");
    assertRefused(() -> new Ivf(in(ivf("VP80", 0, 1, picture(true, 10)))), "clock");
    Ivf large = read(() -> new Ivf(in(changed(good, 35, 0x7F))));
    assertRefused(large::next, "a frame of");
    Ivf late = read(() -> new Ivf(in(changed(good, 43, 0x7F))));
    assertRefused(late::next, "a frame at");
    Ivf cut = read(() -> new Ivf(in(Arrays.copyOf(good, good.length - 1))));
    assertThat(read(cut::next)).isNull();
  }

  @Test
  void anOggFileHasItsPacketsWithTheirTimesAcrossPages() throws IOException {
    List<byte[]> packets = packets();
    Ogg ogg = new Ogg(7).page(2, "OpusHead\1\2\70\1\200\273\0\0\0\0\0".getBytes(ISO_8859_1));
    // Another stream goes on between.
    byte[] other = new Ogg(8).page(2, "fishead\0 and so on".getBytes(ISO_8859_1)).bytes();
    ogg.raw(other).packets(List.of(tags(70_000)), 17).packets(packets, 3);
    OggOpus opus = new OggOpus(in(ogg.end()));
    assertThat(opus.channels()).isEqualTo(2);
    long time = 0;
    for (byte[] packet : packets) {
      Frame.Opus frame = opus.next();
      assertThat(frame.packet()).isEqualTo(packet);
      assertThat(frame.timestamp()).isEqualTo(time);
      time += 960;
    }
    assertThat(opus.next()).isNull();
  }

  @Test
  void whatIsNoOpusInOggIsRefusedWithItsReason() {
    byte[] good = ogg();
    assertRefused(() -> new OggOpus(in(changed(good, 0, 'X'))), "no page");
    assertRefused(() -> new OggOpus(in(changed(good, 30, 'X'))), "checksum");
    assertRefused(() -> new OggOpus(in(new byte[0])), "no stream");
    byte[] vorbis = new Ogg(1).page(2, "\1vorbis and all that follows".getBytes(ISO_8859_1)).end();
    assertRefused(() -> new OggOpus(in(vorbis)), "no stream");
    byte[] many = "OpusHead\1\6\70\1\200\273\0\0\0\0\1".getBytes(ISO_8859_1);
    assertRefused(() -> new OggOpus(in(new Ogg(1).page(2, many).end())), "6 channels");
    byte[] endless = new byte[70_000];
    byte[] long1 = begun().packets(List.of(endless), 100).end();
    OggOpus opus = read(() -> new OggOpus(in(long1)));
    assertRefused(opus::next, "a packet of more");
    OggOpus none = read(() -> new OggOpus(in(begun().packets(List.of(new byte[] {3}), 1).end())));
    assertRefused(none::next, "no Opus");
  }

  @Test
  void anyFileIsReadOrRefused() {
    List<byte[]> whole = List.of(ogg(), ivf("VP80", 30, 1, picture(true, 90), picture(false, 40)));
    Fuzz.each(
        200,
        seed -> {
          RandomGenerator random = seed.random();
          for (int i = 0; i < 20; i++) {
            byte[] file = Fuzz.mutate(whole.get(random.nextInt(2)), random);
            // Else hardly any would get beyond its checksum.
            drain(random.nextBoolean() ? mended(file) : file);
          }
        });
  }

  private static void drain(byte[] file) {
    try {
      OggOpus opus = new OggOpus(in(file));
      while (opus.next() != null) {
        // Each is read.
      }
    } catch (ProtocolException _) {
      // It says why.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      Ivf ivf = new Ivf(in(file));
      for (Frame frame = ivf.next(); frame != null; frame = ivf.next()) {
        assertThat(frame.timestamp()).isNotNegative();
      }
    } catch (ProtocolException _) {
      // It says why.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- files ------------------------------------------------------------------------------------

  private static byte[] ogg() {
    return begun().packets(packets(), 2).end();
  }

  private static Ogg begun() {
    return new Ogg(7)
        .page(2, "OpusHead\1\1\70\1\200\273\0\0\0\0\0".getBytes(ISO_8859_1))
        .packets(List.of(tags(20)), 1);
  }

  private static List<byte[]> packets() {
    SplittableRandom random = new SplittableRandom(4);
    List<byte[]> packets = new ArrayList<>();
    for (int length : new int[] {3, 255, 254, 510, 700, 1275, 60}) {
      byte[] packet = new byte[length];
      random.nextBytes(packet);
      packet[0] = (byte) 0xFC;
      packets.add(packet);
    }
    return packets;
  }

  private static byte[] tags(int length) {
    return Arrays.copyOf("OpusTags".getBytes(ISO_8859_1), length);
  }

  private static byte[] picture(boolean key, int length) {
    byte[] picture = new byte[length];
    Arrays.fill(picture, (byte) (key ? 0x10 : 0x11));
    return picture;
  }

  private static byte[] ivf(String codec, int rate, int scale, byte[]... frames) {
    Little file = new Little().text("DKIF").number(2, 0).number(2, 32).text(codec);
    file.number(2, 320).number(2, 240).number(4, rate).number(4, scale);
    file.number(4, frames.length).number(4, 0);
    for (int i = 0; i < frames.length; i++) {
      file.number(4, frames[i].length).number(8, i).raw(frames[i]);
    }
    return file.bytes();
  }

  /** Puts the right checksum into every page that is still whole. */
  private static byte[] mended(byte[] file) {
    byte[] mended = file.clone();
    for (int at = 0; at + 27 <= mended.length && mended[at] == 'O'; ) {
      int segments = mended[at + 26] & 0xFF;
      int end = at + 27 + segments;
      for (int i = 0; i < segments && at + 27 + i < mended.length; i++) {
        end += mended[at + 27 + i] & 0xFF;
      }
      if (end > mended.length) {
        return mended;
      }
      sum(mended, at, end);
      at = end;
    }
    return mended;
  }

  private static void sum(byte[] file, int at, int end) {
    Arrays.fill(file, at + 22, at + 26, (byte) 0);
    int sum = OggOpus.checksum(Arrays.copyOfRange(file, at, end));
    for (int i = 0; i < 4; i++) {
      file[at + 22 + i] = (byte) (sum >> 8 * i);
    }
  }

  private static final class Ogg {
    private final int serial;
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private final List<byte[]> pages = new ArrayList<>();
    private int number;

    Ogg(int serial) {
      this.serial = serial;
    }

    Ogg page(int flags, byte[] packet) {
      return page(flags, List.of(packet.length), packet);
    }

    Ogg page(int flags, List<Integer> segments, byte[] body) {
      Little page = new Little().text("OggS").number(1, 0).number(1, flags).number(8, 0);
      page.number(4, serial).number(4, number++).number(4, 0).number(1, segments.size());
      segments.forEach(length -> page.number(1, length));
      byte[] bytes = page.raw(body).bytes();
      sum(bytes, 0, bytes.length);
      pages.add(bytes);
      return this;
    }

    /** So many segments a page. */
    Ogg packets(List<byte[]> packets, int most) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      List<Integer> segments = new ArrayList<>();
      boolean continued = false;
      for (byte[] packet : packets) {
        for (int at = 0; at <= packet.length; at += 255) {
          int length = Math.min(255, packet.length - at);
          segments.add(length);
          body.write(packet, at, length);
          if (segments.size() == most) {
            page(continued ? 1 : 0, segments, body.toByteArray());
            continued = length == 255;
            segments.clear();
            body.reset();
          }
        }
      }
      if (!segments.isEmpty()) {
        page(continued ? 1 : 0, segments, body.toByteArray());
      }
      return this;
    }

    Ogg raw(byte[] page) {
      pages.add(page);
      return this;
    }

    byte[] bytes() {
      file.reset();
      pages.forEach(file::writeBytes);
      return file.toByteArray();
    }

    byte[] end() {
      byte[] last = pages.getLast();
      last[5] |= 4;
      sum(last, 0, last.length);
      return bytes();
    }
  }

  private static final class Little {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Little text(String text) {
      return raw(text.getBytes(ISO_8859_1));
    }

    Little number(int bytes, long value) {
      for (int i = 0; i < bytes; i++) {
        out.write((int) (value >> 8 * i));
      }
      return this;
    }

    Little raw(byte[] bytes) {
      out.writeBytes(bytes);
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }
  }

  private static byte[] changed(byte[] file, int at, int to) {
    byte[] changed = file.clone();
    changed[at] = (byte) to;
    return changed;
  }

  private static ByteArrayInputStream in(byte[] file) {
    return new ByteArrayInputStream(file);
  }

  private static <T> T read(Callable<T> reading) {
    try {
      return reading.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void assertRefused(Callable<?> reading, String why) {
    assertThatThrownBy(reading::call)
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(why);
  }
}
