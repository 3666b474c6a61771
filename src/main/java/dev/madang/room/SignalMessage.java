package dev.madang.room;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a client and a room say to each other, one record a message, on the Socket.IO namespace
/// `/room`. The event's name is the record's name with a small first letter; its one argument is an
/// object with the record's components; a client may ask for an acknowledgement, which is an
/// [Answer]. Components that are absent or null are the [Nullable] ones.
///
/// Adding a message: one record here; the compiler shows every switch that must answer it, and the
/// TypeScript types and JSON Schema are generated from these records.
public sealed interface SignalMessage {

  /** Sent by clients. Each is acknowledged with an [Answer]. */
  sealed interface FromClient extends SignalMessage {}

  /** Sent by the room. */
  sealed interface FromServer extends SignalMessage {}

  /** The acknowledgement of a client's message. */
  sealed interface Answer {}

  // ---- from clients -------------------------------------------------------------------------

  /// Enters a room, or comes back to it. Answered by [Joined], [Waiting] (a `joined` event follows
  /// when somebody admits, an `ended` one when somebody declines) or [Refused].
  ///
  /// @param room its name: 1-64 characters, letters, digits, `-`, `_`, `.` of any script
  /// @param name what others read; 1-64 characters; taken from the token if absent
  /// @param token the grant; needed unless rooms are open
  /// @param session a secret of this tab, 16-128 characters, kept over reloads: without a token it
  ///   decides the identity
  /// @param device a secret of this browser, 16-128 characters, kept for good: it decides whether a
  ///   removed person comes back
  /// @param instance a random word for this page load: a new one tells the others to build new peer
  ///   connections
  record Join(
      String room,
      @Nullable String name,
      @Nullable String token,
      String session,
      String device,
      String instance)
      implements FromClient {}

  /** Goes away for good: nobody waits for this participant to come back. */
  record Leave() implements FromClient {}

  /// Negotiation between two peer connections; the server passes it on unread, as [Negotiated].
  ///
  /// @param to the other's identity
  /// @param instance the other's instance this is meant for: a stale one is dropped
  record Negotiate(
      String to, String instance, @Nullable Description description, @Nullable Candidate candidate)
      implements FromClient {}

  /** All tracks this participant publishes now, muted or not: the whole list each time. */
  record Publish(List<TrackInfo> tracks) implements FromClient {}

  /// Says something to all, or to one. Answered by [Sent]; saying the same `id` again answers the
  /// same and sends nothing twice.
  ///
  /// @param id chosen by the client, unique for it; 1-64 characters
  /// @param text up to 4000 characters
  /// @param to an identity, or null for everybody
  /// @param file a file offered for fetching peer to peer
  record Say(String id, String text, @Nullable String to, @Nullable FileOffer file)
      implements FromClient {}

  record React(String emoji) implements FromClient {}

  record RaiseHand(boolean raised) implements FromClient {}

  record Rename(String name) implements FromClient {}

  /** Asks for fresh credentials of the relay; answered by [Relays]. */
  record Relay() implements FromClient {}

  // ---- from hosts; refused with `not-host` from others ---------------------------------------

  record SetLobby(boolean on) implements FromClient {}

  record Lock(boolean locked) implements FromClient {}

  /** Lets in one who knocks, or all of them when the identity is null. */
  record Admit(@Nullable String identity) implements FromClient {}

  record Decline(String identity) implements FromClient {}

  /// Mutes one participant, or all but hosts when the identity is null.
  record Mute(@Nullable String identity, Source source) implements FromClient {}

  /** Takes somebody out; the same person, browser or grant does not come in again. */
  record Remove(String identity) implements FromClient {}

  record MakeHost(String identity) implements FromClient {}

  /** Ends the meeting for everybody. */
  record End() implements FromClient {}

  // ---- from the room --------------------------------------------------------------------------

  /// You are in (also sent as an event to one who was waiting).
  ///
  /// @param you your own entry
  /// @param participants everybody else
  /// @param chat the last messages, oldest first
  /// @param waiting who knocks (hosts only)
  record Joined(
      ParticipantInfo you,
      RoomInfo room,
      List<ParticipantInfo> participants,
      List<ChatMessage> chat,
      List<Knock> waiting,
      List<IceServer> iceServers)
      implements FromServer, Answer {}

  record Waiting(String identity) implements Answer {}

  record Sent(String id, long at) implements Answer {}

  record Relays(List<IceServer> iceServers) implements Answer {}

  record Done() implements Answer {}

  /// What was asked is not done.
  ///
  /// @param code stable, for programs: `bad-token`, `room-full`, …
  /// @param message one sentence for people
  /// @param help what to do about it
  record Refused(String code, String message, String help) implements Answer {}

  record ParticipantJoined(ParticipantInfo participant) implements FromServer {}

  record ParticipantChanged(ParticipantInfo participant) implements FromServer {}

  record ParticipantLeft(String identity, String reason) implements FromServer {}

  record RoomChanged(RoomInfo room) implements FromServer {}

  record Negotiated(
      String from,
      String instance,
      @Nullable Description description,
      @Nullable Candidate candidate)
      implements FromServer {}

  record Said(ChatMessage message) implements FromServer {}

  record Reacted(String from, String emoji) implements FromServer {}

  record Knocked(Knock knock) implements FromServer {}

  /** One who knocked is in, was declined or went away. */
  record KnockEnded(String identity) implements FromServer {}

  /** A host mutes you; the client obeys and says so by [Publish]. */
  record MuteAsked(String by, Source source) implements FromServer {}

  /// This participation is over; the connection closes behind it.
  ///
  /// @param code `removed`, `ended`, `replaced` (a newer connection of the same identity),
  ///   `declined`, `gone`
  record Ended(String code, String message, String help) implements FromServer {}

  // ---- values ---------------------------------------------------------------------------------

  enum Source {
    MICROPHONE,
    CAMERA,
    SCREEN,
    SCREEN_AUDIO
  }

  enum Role {
    HOST,
    GUEST
  }

  enum Presence {
    ONLINE,
    RECONNECTING
  }

  /// @param identity stable over reconnects
  /// @param order 1, 2, 3 … by arrival: of two peers the later one is the polite one
  /// @param hand the place in the queue of raised hands, from 1, or null
  record ParticipantInfo(
      String identity,
      String name,
      Role role,
      int order,
      String instance,
      Presence presence,
      @Nullable Integer hand,
      Permissions can,
      List<TrackInfo> tracks) {}

  record Permissions(boolean publish, boolean subscribe, boolean send, boolean moderate) {}

  /// @param id the MediaStream id this track travels with in SDP (msid)
  record TrackInfo(String id, Source source, boolean muted) {}

  /// @param topology `mesh`: everybody to everybody, up to `limit` people
  record RoomInfo(String name, boolean locked, boolean lobby, int limit, Topology topology) {}

  enum Topology {
    MESH
  }

  /// @param type `offer`, `answer`, `pranswer` or `rollback`
  record Description(String type, String sdp) {}

  record Candidate(
      String candidate,
      @Nullable String sdpMid,
      @Nullable Integer sdpMLineIndex,
      @Nullable String usernameFragment) {}

  /// @param at milliseconds since 1970
  /// @param to null for everybody
  record ChatMessage(
      String id,
      String from,
      String name,
      String text,
      long at,
      @Nullable String to,
      @Nullable FileOffer file) {}

  /// @param size bytes
  /// @param sha256 lower-case hex
  record FileOffer(String id, String name, long size, String type, String sha256) {}

  record Knock(String identity, String name) {}

  record IceServer(List<String> urls, @Nullable String username, @Nullable String credential) {}
}
