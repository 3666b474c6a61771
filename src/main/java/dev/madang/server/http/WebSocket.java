package dev.madang.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One WebSocket. Lives on [#loop()]: all its methods are called there and all its callbacks run
/// there.
///
/// What is sent goes out at the end of the loop's turn, together with what else was sent in it.
public final class WebSocket {
  /// Hears once how the connection ended.
  @FunctionalInterface
  public interface CloseListener {
    /// With the far end's code and reason, or ours if we closed, or 1006 if the connection just
    /// broke.
    void closed(int code, String reason);
  }

  private final WebSocketConnection connection;
  private final Channel channel;
  private final InetSocketAddress remote;
  private final boolean secure;
  private final @Nullable String protocol;
  Consumer<String> onText = _ -> {};
  Consumer<ByteBuf> onBinary = _ -> {};
  CloseListener onClose = (_, _) -> {};

  WebSocket(WebSocketConnection connection, Channel channel, Peer peer, @Nullable String protocol) {
    this.connection = connection;
    this.channel = channel;
    this.remote = peer.remote();
    this.secure = peer.secure();
    this.protocol = protocol;
  }

  /// A text message came, whole.
  public void onText(Consumer<String> listener) {
    onText = listener;
  }

  /// A binary message came, whole; the buffer is valid during the call and is not the callee's to
  /// release.
  public void onBinary(Consumer<ByteBuf> listener) {
    onBinary = listener;
  }

  public void onClose(CloseListener listener) {
    onClose = listener;
  }

  public void send(String text) {
    connection.send(text);
  }

  /// Sends text that is in UTF-8 already.
  public void sendUtf8(byte[] text) {
    connection.send(text);
  }

  /// Sends a binary message and takes the buffer over.
  public void sendBinary(ByteBuf payload) {
    connection.sendBinary(payload);
  }

  /// Sends a frame made by [#encodeText] or [#encodeBinary]. The frame stays the caller's, who may
  /// send it to others too and releases it at last.
  public void sendEncoded(ByteBuf frame) {
    connection.write(frame.retainedDuplicate());
  }

  /// Hands what was sent to the kernel now. Needless in most cases: see the class.
  public void flush() {
    connection.flush();
  }

  /// Says goodbye and ends the connection, at the latest two seconds from now. Does nothing when it
  /// has ended already. The reason is cut to what a close frame holds.
  public void close(int code, String reason) {
    connection.close(code, reason);
  }

  /// From now on no more is read while the far end does not take what is sent: for those that send
  /// as much as they hear, so that nothing need be left out.
  public void inStep() {
    connection.inStep();
  }

  /// Bytes sent that the kernel has not taken yet.
  public long bytesQueued() {
    return StallWatch.queued(channel);
  }

  /// Whether messages can still be sent; [#send] and its kin do nothing otherwise.
  public boolean open() {
    return connection.open();
  }

  public InetSocketAddress remote() {
    return remote;
  }

  public boolean secure() {
    return secure;
  }

  /// The subprotocol that was agreed upon.
  public @Nullable String protocol() {
    return protocol;
  }

  public EventLoop loop() {
    return channel.eventLoop();
  }

  /// A whole text frame, to be sent to many with [#sendEncoded].
  public static ByteBuf encodeText(String text) {
    return encodeUtf8(text.getBytes(StandardCharsets.UTF_8));
  }

  /// The same, of text that is in UTF-8 already.
  public static ByteBuf encodeUtf8(byte[] bytes) {
    ByteBuf frame = Unpooled.directBuffer(10 + bytes.length);
    FrameWriter.header(frame, FrameReader.TEXT, bytes.length);
    return frame.writeBytes(bytes);
  }

  /// A whole binary frame, to be sent to many with [#sendEncoded]; takes the payload over.
  public static ByteBuf encodeBinary(ByteBuf payload) {
    ByteBuf frame = Unpooled.directBuffer(10 + payload.readableBytes());
    FrameWriter.header(frame, FrameReader.BINARY, payload.readableBytes());
    frame.writeBytes(payload);
    payload.release();
    return frame;
  }
}
