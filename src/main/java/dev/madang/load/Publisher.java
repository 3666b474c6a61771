package dev.madang.load;

import dev.madang.protocol.rtp.RtcpReader;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.protocol.sdp.DownSection;
import dev.madang.protocol.sdp.DownTrack;
import dev.madang.protocol.sdp.Kind;
import dev.madang.server.webrtc.ClientSession;
import dev.madang.server.webrtc.Ending;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// Sends pictures and Opus into a server, as a browser with a camera does. Lives on its session's
/// loop, but for what says otherwise.
final class Publisher implements ClientSession.Output {
  private final Plan plan;
  private final Window window;
  private final Pictures pictures;
  private final byte[] sound = new byte[SOUND];
  private final List<Stream> streams = new ArrayList<>();
  private final RtcpWriter rtcp = new RtcpWriter();
  private final byte[] report = new byte[600];
  private final Reading reading = new Reading();
  private final int audioSsrc;
  private final int videoSsrc;
  private @Nullable ClientSession session;
  private @Nullable Stream audio;
  private @Nullable Stream video;

  /// Set by any thread.
  private volatile boolean sending;

  private volatile long due = Long.MAX_VALUE;
  private volatile @Nullable String ended;

  private final CountDownLatch connected = new CountDownLatch(1);
  private boolean begun;
  private boolean keyWanted = true;
  private int transportSequence;
  private int pieces;
  private int piece;
  private int videoTime;
  private int audioTime;
  private long pictureAt;
  private long videoDue;
  private long audioDue;
  private long reportDue;

  /// What was sent in the window.
  private long counted;

  private long keyframesAsked;

  Publisher(Plan plan, Window window, SplittableRandom random) {
    this.plan = plan;
    this.window = window;
    int mean = plan.bitrate() / 8 / FRAMES;
    pictures = new Pictures(plan.vp8(), mean, random.split());
    audioSsrc = random.nextInt();
    videoSsrc = random.nextInt();
    random.nextBytes(sound);
    // RFC 6716 §3.1: 20 ms of CELT, one frame.
    sound[0] = (byte) 0xFC;
  }

  /// What it offers to send.
  String offer(ClientSession session) {
    this.session = session;
    String codec = plan.vp8() ? "VP8" : "H264";
    return session.offerToSend(
        List.of(
            new DownTrack(
                "sound", Kind.AUDIO, "load", "load", audioSsrc & UNSIGNED, -1, List.of("opus")),
            new DownTrack(
                "picture", Kind.VIDEO, "load", "load", videoSsrc & UNSIGNED, -1, List.of(codec))),
        false);
  }

  /// From any thread: waits until packets may be sent; false when that takes too long.
  boolean awaitConnected(long seconds) throws InterruptedException {
    return connected.await(seconds, java.util.concurrent.TimeUnit.SECONDS) && ended == null;
  }

  /// From any thread: when it next has something to send.
  long due() {
    return sending ? due : Long.MAX_VALUE;
  }

  /// From any thread.
  void sending(boolean on) {
    sending = on;
  }

  /// From any thread: why it is over; null while it is not.
  @Nullable String ended() {
    return ended;
  }

  @Override
  public void connected(long now) {
    ClientSession session = this.session;
    if (session != null) {
      for (DownSection section : session.sections()) {
        if (section.accepted()) {
          Stream stream = new Stream(session, section, (int) section.track().ssrc() & 0x7FFF);
          streams.add(stream);
          if (section.track().kind() == Kind.AUDIO) {
            audio = stream;
          } else {
            video = stream;
          }
        }
      }
    }
    due = now;
    connected.countDown();
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// Sends what is due.
  void send(long now) {
    if (!sending || ended != null) {
      return;
    }
    if (!begun || now - videoDue > LATE || now - audioDue > LATE) {
      // Nothing is made up for: what was not sent is not sent.
      begun = true;
      videoDue = now;
      audioDue = now;
      piece = 0;
      pieces = 0;
    }
    while (videoDue - now <= 0) {
      sendPicture(now);
    }
    while (audioDue - now <= 0) {
      sendSound(now);
    }
    if (reportDue - now <= 0) {
      reportDue = now + SECOND;
      report(now);
    }
    due = videoDue - audioDue < 0 ? videoDue : audioDue;
  }

  private void sendPicture(long now) {
    if (piece == pieces) {
      pictureAt = videoDue;
      pieces = pictures.next(keyWanted);
      keyWanted = false;
      piece = 0;
      videoTime += 90_000 / FRAMES;
    }
    int length = pictures.piece(piece);
    piece++;
    if (video != null) {
      count(
          video.send(
              pictures.payload(), length, piece == pieces, videoTime, transportSequence++, now));
    }
    videoDue =
        pictureAt + (piece < pieces ? plan.pattern().offset(piece, pieces, PICTURE) : PICTURE);
  }

  private void sendSound(long now) {
    if (audio != null) {
      count(audio.send(sound, SOUND, false, audioTime, transportSequence++, now));
    }
    audioTime += 960;
    audioDue += 20_000_000L;
  }

  private void count(long sentAt) {
    if (window.has(sentAt)) {
      counted++;
    }
  }

  private void report(long now) {
    rtcp.begin(report, 0, report.length);
    // Its clock's beginning is nobody's business.
    long ntp = (now / SECOND << 32) + (now % SECOND << 32) / SECOND;
    if (video != null) {
      video.report(rtcp, ntp, videoTime);
    }
    if (audio != null) {
      audio.report(rtcp, ntp, audioTime);
    }
    if (session != null && rtcp.length() > 0) {
      session.sendRtcp(report, 0, rtcp.length());
    }
  }

  /// What was sent in the window.
  long counted() {
    return counted;
  }

  long keyframesAsked() {
    return keyframesAsked;
  }

  // ---- what the server says ---------------------------------------------------------------------

  @Override
  public void receiveRtp(byte[] bytes, int offset, int length, long now) {}

  @Override
  public void receiveRtcp(byte[] bytes, int offset, int length, long now) {
    RtcpReader.read(bytes, offset, length, reading);
  }

  private final class Reading implements RtcpReader.Output {
    @Override
    public void nack(int mediaSsrc, int first, int following) {
      for (Stream stream : streams) {
        if (stream.ssrc() == mediaSsrc) {
          stream.repeat(first);
          for (int rest = following; rest != 0; rest &= rest - 1) {
            stream.repeat(first + 1 + Integer.numberOfTrailingZeros(rest) & 0xFFFF);
          }
        }
      }
    }

    @Override
    public void pictureLoss(int mediaSsrc) {
      keyWanted = true;
      keyframesAsked++;
    }

    @Override
    public void fullIntra(int mediaSsrc, int count) {
      pictureLoss(mediaSsrc);
    }
  }

  @Override
  public void ended(Ending why, String detail) {
    ended = why.sentence() + " " + detail;
    connected.countDown();
  }

  private static final int FRAMES = 30;
  private static final int SOUND = 120;
  private static final long SECOND = 1_000_000_000L;
  private static final long PICTURE = SECOND / FRAMES;
  private static final long LATE = 200_000_000L;
  private static final long UNSIGNED = 0xFFFF_FFFFL;
}
