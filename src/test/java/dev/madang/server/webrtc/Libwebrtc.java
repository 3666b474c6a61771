package dev.madang.server.webrtc;

import dev.onvoid.webrtc.CreateSessionDescriptionObserver;
import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.PeerConnectionObserver;
import dev.onvoid.webrtc.RTCConfiguration;
import dev.onvoid.webrtc.RTCIceCandidate;
import dev.onvoid.webrtc.RTCIceGatheringState;
import dev.onvoid.webrtc.RTCOfferOptions;
import dev.onvoid.webrtc.RTCPeerConnection;
import dev.onvoid.webrtc.RTCRtpTransceiverDirection;
import dev.onvoid.webrtc.RTCRtpTransceiverInit;
import dev.onvoid.webrtc.RTCSdpType;
import dev.onvoid.webrtc.RTCSessionDescription;
import dev.onvoid.webrtc.SetSessionDescriptionObserver;
import dev.onvoid.webrtc.media.MediaStreamTrack;
import dev.onvoid.webrtc.media.audio.AudioOptions;
import dev.onvoid.webrtc.media.audio.AudioTrack;
import dev.onvoid.webrtc.media.audio.HeadlessAudioDeviceModule;
import dev.onvoid.webrtc.media.video.CustomVideoSource;
import dev.onvoid.webrtc.media.video.NativeI420Buffer;
import dev.onvoid.webrtc.media.video.VideoFrame;
import dev.onvoid.webrtc.media.video.VideoTrack;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// One peer connection of Google's libwebrtc (webrtc-java), without devices, as a far end.
public final class Libwebrtc implements AutoCloseable {
  public final RTCPeerConnection connection;

  /// What comes, each track once.
  public final CompletableFuture<VideoTrack> picture = new CompletableFuture<>();

  public final CompletableFuture<AudioTrack> sound = new CompletableFuture<>();

  private final HeadlessAudioDeviceModule devices = new HeadlessAudioDeviceModule();
  private final PeerConnectionFactory factory = new PeerConnectionFactory(devices);
  private final CompletableFuture<Void> gathered = new CompletableFuture<>();

  public Libwebrtc() {
    connection =
        factory.createPeerConnection(
            new RTCConfiguration(),
            new PeerConnectionObserver() {
              @Override
              public void onIceCandidate(RTCIceCandidate candidate) {}

              @Override
              public void onIceGatheringChange(RTCIceGatheringState state) {
                if (state == RTCIceGatheringState.COMPLETE) {
                  gathered.complete(null);
                }
              }

              @Override
              public void onTrack(dev.onvoid.webrtc.RTCRtpTransceiver transceiver) {
                MediaStreamTrack track = transceiver.getReceiver().getTrack();
                if (track instanceof VideoTrack video) {
                  picture.complete(video);
                } else if (track instanceof AudioTrack audio) {
                  sound.complete(audio);
                }
              }
            });
  }

  /// Adds a microphone, which hears what such a device makes up.
  public AudioTrack microphone() {
    return factory.createAudioTrack("microphone", factory.createAudioSource(new AudioOptions()));
  }

  /// Adds a camera whose pictures [#film] makes.
  public VideoTrack camera(CustomVideoSource source) {
    return factory.createVideoTrack("camera", source);
  }

  public void add(MediaStreamTrack track, RTCRtpTransceiverDirection direction) {
    RTCRtpTransceiverInit init = new RTCRtpTransceiverInit();
    init.direction = direction;
    init.streamIds = List.of("libwebrtc");
    connection.addTransceiver(track, init);
  }

  /// A picture that differs from the one before.
  public static void film(CustomVideoSource source, int number, int width, int height) {
    NativeI420Buffer buffer = NativeI420Buffer.allocate(width, height);
    ByteBuffer light = buffer.getDataY();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        light.put(y * buffer.getStrideY() + x, (byte) (x + y + number * 5));
      }
    }
    VideoFrame frame = new VideoFrame(buffer, System.nanoTime());
    source.pushFrame(frame);
    frame.release();
  }

  /// What to send to the far end: an offer with all candidates.
  public String offer() throws Exception {
    CompletableFuture<RTCSessionDescription> made = new CompletableFuture<>();
    connection.createOffer(
        new RTCOfferOptions(),
        new CreateSessionDescriptionObserver() {
          @Override
          public void onSuccess(RTCSessionDescription description) {
            made.complete(description);
          }

          @Override
          public void onFailure(String why) {
            made.completeExceptionally(new AssertionError(why));
          }
        });
    Settled local = new Settled();
    connection.setLocalDescription(made.get(20, TimeUnit.SECONDS), local);
    local.done.get(20, TimeUnit.SECONDS);
    gathered.get(20, TimeUnit.SECONDS);
    return connection.getLocalDescription().sdp;
  }

  public void accept(String answer) throws Exception {
    Settled remote = new Settled();
    connection.setRemoteDescription(new RTCSessionDescription(RTCSdpType.ANSWER, answer), remote);
    remote.done.get(20, TimeUnit.SECONDS);
  }

  private static final class Settled implements SetSessionDescriptionObserver {
    final CompletableFuture<Void> done = new CompletableFuture<>();

    @Override
    public void onSuccess() {
      done.complete(null);
    }

    @Override
    public void onFailure(String why) {
      done.completeExceptionally(new AssertionError(why));
    }
  }

  @Override
  public void close() {
    connection.close();
    factory.dispose();
    devices.dispose();
  }
}
