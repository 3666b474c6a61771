package dev.madang.room;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a client and a room say to each other, one record a message, on the Socket.IO namespace
/// `/room`. The event's name is the record's name with a small first letter; its one argument is an
/// object with the record's components; a client may ask for an acknowledgement, which is an
/// [Answer] with its own name as `type`: `{"type": "joined", …}`. Components that are absent or
/// null are the [Nullable] ones; components nobody knows are passed over, so that a newer client
/// can speak to an older room. Enums travel in camel case (`screenAudio`), codes as [Coded] says.
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

  /// How much a client may send: characters of a text, elements of a list, or the value of a
  /// number.
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.RECORD_COMPONENT)
  @interface Limit {
    long min() default 0;

    long max();
  }

  /// With what a message is acknowledged, besides [Refused]; without this it is [Done].
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  @interface AnsweredBy {
    Class<? extends Answer>[] value();
  }

  /// A word that programs read, the same for good: `room-full`.
  interface Coded {
    String code();
  }

  // ---- from clients -------------------------------------------------------------------------

  /// Enters a room, or comes back to it. Answered by [Joined], [Waiting] (a `joined` event follows
  /// when somebody admits, an `ended` one when somebody declines) or [Refused].
  ///
  /// Joining again over a new connection while the room still waits for this participant resumes
  /// it: same order, role, hand, and (if the instance is the same) same tracks.
  ///
  /// @param room its name: 1-64 letters, digits, `-`, `_`, `.` of any script; upper and lower case
  ///   are one
  /// @param name what others read; 1-64 characters; taken from the token if absent
  /// @param token the grant; needed unless rooms are open
  /// @param session a secret of this tab, 16-128 characters, kept over reloads: without a token it
  ///   decides the identity
  /// @param device a secret of this browser, 16-128 characters, kept for good: it decides whether a
  ///   removed person comes back
  /// @param instance a random word for this page load: a new one tells the others to build new peer
  ///   connections
  @AnsweredBy({Joined.class, Waiting.class})
  record Join(
      @Limit(min = 1, max = 64) String room,
      @Limit(min = 1, max = 64) @Nullable String name,
      @Limit(max = 4096) @Nullable String token,
      @Limit(min = 16, max = 128) String session,
      @Limit(min = 16, max = 128) String device,
      @Limit(min = 1, max = 64) String instance)
      implements FromClient {}

  /** Goes away for good: nobody waits for this participant to come back. */
  record Leave() implements FromClient {}

  /// The page goes, closed or loaded again: nobody can know which. The place is kept just long
  /// enough for the second.
  record Unload() implements FromClient {}

  /// Negotiation between two peer connections; the server passes it on unread, as [Negotiated]. It
  /// carries a description or a candidate, not both. While the other is `reconnecting` the room
  /// keeps a few for it; one who comes back itself sends its pending local offer again, since what
  /// was under way when a connection broke may be lost.
  ///
  /// @param to the other's identity
  /// @param instance the other's instance this is meant for: a stale one is refused
  record Negotiate(
      @Limit(min = 1, max = 128) String to,
      @Limit(min = 1, max = 64) String instance,
      @Nullable Description description,
      @Nullable Candidate candidate)
      implements FromClient {}

  /** All tracks this participant publishes now, muted or not: the whole list each time. */
  record Publish(@Limit(max = 16) List<TrackInfo> tracks) implements FromClient {}

  /// Says something to all, or to one. Answered by [Sent]; saying the same `id` again answers the
  /// same and sends nothing twice.
  ///
  /// @param id chosen by the client, unique for it; 1-64 characters
  /// @param text up to 4000 characters
  /// @param to an identity, or null for everybody
  /// @param file a file offered for fetching peer to peer
  @AnsweredBy(Sent.class)
  record Say(
      @Limit(min = 1, max = 64) String id,
      @Limit(max = 4000) String text,
      @Limit(min = 1, max = 128) @Nullable String to,
      @Nullable FileOffer file)
      implements FromClient {}

  record React(@Limit(min = 1, max = 16) String emoji) implements FromClient {}

  record RaiseHand(boolean raised) implements FromClient {}

  record Rename(@Limit(min = 1, max = 64) String name) implements FromClient {}

  /** Asks for fresh credentials of the relay; answered by [Relays]. */
  @AnsweredBy(Relays.class)
  record Relay() implements FromClient {}

  // ---- media through the server ---------------------------------------------------------------

  /// What has to do with a participant's two connections with the server: *up*, by which its page
  /// sends, and *down*, by which it receives. Refused with `no-media` by a server that forwards
  /// none.
  sealed interface Media extends FromClient {}

  /// The offer of the connection up, the first or a later one; the page makes each. A `description`
  /// that offers other ICE credentials than before begins a new connection in the place of the old
  /// one.
  ///
  /// @param connection a word for this connection: a new one for a new RTCPeerConnection
  /// @param tracks what the sections of the offer carry
  @AnsweredBy(UpAnswer.class)
  record Up(
      @Limit(min = 1, max = 64) String connection,
      Description description,
      @Limit(max = 32) List<SentTrack> tracks)
      implements Media {}

  /// Wants to receive through the server: it sends a [Down] at once, and another whenever what
  /// there is to receive changes. With `on` false the connection ends.
  ///
  /// @param connection a word for this connection: a new one for a new RTCPeerConnection
  record Receive(@Limit(min = 1, max = 64) String connection, boolean on) implements Media {}

  /// The answer to the [Down] of this number.
  record DownAnswer(
      @Limit(min = 1, max = 64) String connection,
      @Limit(max = Integer.MAX_VALUE) int number,
      Description description)
      implements Media {}

  /// What of the others' pictures is on the screen: the whole list each time. Until the first one
  /// everything is sent as large as it fits; afterwards a picture that is not in it is not sent.
  record Look(@Limit(max = 256) List<Sight> sights) implements Media {}

  /// No direct path to somebody was found: the room goes through the server while both are in it.
  record Detour(@Limit(min = 1, max = 128) String identity) implements FromClient {}

  // ---- from hosts; refused with `not-host` from others ---------------------------------------

  /// With the lobby on, newcomers knock and wait; those who were let in before and holders of a
  /// moderator's grant walk in.
  record SetLobby(boolean on) implements Keeping {}

  /// In a locked room everybody who is not in it now knocks, only holders of a moderator's grant
  /// walk in.
  record Lock(boolean locked) implements FromClient {}

  /// Lets in one who knocks, or all of them (as many as there is room for) when the identity is
  /// null.
  record Admit(@Limit(min = 1, max = 128) @Nullable String identity) implements FromClient {}

  record Decline(@Limit(min = 1, max = 128) String identity) implements FromClient {}

  /// Mutes one participant, or all but hosts when the identity is null.
  record Mute(@Limit(min = 1, max = 128) @Nullable String identity, Source source)
      implements FromClient {}

  /// Takes somebody out; the same person, browser or personal grant does not come in again while
  /// this room lives. Where a link admits anybody, the lobby goes on at that moment
  /// ([RoomChanged]).
  record Remove(@Limit(min = 1, max = 128) String identity) implements FromClient {}

  record MakeHost(@Limit(min = 1, max = 128) String identity) implements FromClient {}

  /// Makes a token that lets others into this room. It never gives more than the one who asks has
  /// by its own token, nor for longer; who is host by a host's word alone invites no moderators.
  /// Answered by [Invited].
  ///
  /// @param name what others read of the guest; null lets the guest say
  /// @param can what the guest may; null for what you may by your token, except to moderate
  /// @param seconds how long it is good; null for a day
  @AnsweredBy(Invited.class)
  record Invite(
      @Limit(min = 1, max = 64) @Nullable String name,
      @Nullable Permissions can,
      @Limit(min = 60, max = 31_536_000) @Nullable Integer seconds)
      implements FromClient {}

  /** Ends the meeting for everybody. A chat that is kept stays. */
  record End() implements FromClient {}

  /// What is done once the database has done it: refused with `not-kept` when it does not answer,
  /// with `too-many-kept` when it has as many rooms as it may, in all or (`-of-network`) of one
  /// network. The lobby then stays as it was set, for this meeting.
  sealed interface Keeping extends FromClient {}

  /// Has the chat kept: what is said to everybody from now on is there when all have left, and when
  /// the server was restarted. Private messages and files are not. Off deletes the chat.
  record KeepChat(boolean on) implements Keeping {}

  /// Deletes the chat, whether it is kept or not.
  record ClearChat() implements Keeping {}

  // ---- from the room --------------------------------------------------------------------------

  /// You are in (also sent as an event to one who was waiting).
  ///
  /// @param you your own entry; its tracks are what others believe you publish
  /// @param resumed true: the room had kept your place
  /// @param participants everybody else, by order
  /// @param chat the last messages (after a break at least all you missed), oldest first; a message
  ///   is the same if `from` and `id` are
  /// @param waiting who knocks (hosts only)
  record Joined(
      ParticipantInfo you,
      boolean resumed,
      RoomInfo room,
      List<ParticipantInfo> participants,
      List<ChatMessage> chat,
      List<Knock> waiting,
      List<IceServer> iceServers)
      implements FromServer, Answer {}

  /// @param locked the room is locked; otherwise it has a lobby, where only who is new knocks
  record Waiting(String identity, boolean locked) implements Answer {}

  record Sent(String id, long at) implements Answer {}

  record Relays(List<IceServer> iceServers) implements Answer {}

  /// @param token for [Join] of whoever is invited; in a link it belongs behind the `#`
  /// @param until when it ends, milliseconds since 1970
  record Invited(String token, long until) implements Answer {}

  /** The answer to the offer of the connection up. */
  record UpAnswer(Description description) implements Answer {}

  record Done() implements Answer {}

  /// What was asked is not done.
  ///
  /// @param message one sentence for people
  /// @param help what to do about it
  record Refused(Refusal code, String message, String help) implements Answer {}

  record ParticipantJoined(ParticipantInfo participant) implements FromServer {}

  record ParticipantChanged(ParticipantInfo participant) implements FromServer {}

  record ParticipantLeft(String identity, Departure reason) implements FromServer {}

  /// @param by the host who asked for it, or null when the room did it by itself
  record RoomChanged(RoomInfo room, RoomChange reason, @Nullable String by) implements FromServer {}

  /// @param from the sender's identity
  /// @param instance the sender's instance: a new one means a new page, so a new peer connection
  record Negotiated(
      String from,
      String instance,
      @Nullable Description description,
      @Nullable Candidate candidate)
      implements FromServer {}

  /// The server's offer of the connection down; answered by a [DownAnswer] with its number. There
  /// is one at a time under way.
  ///
  /// @param connection of the [Receive]
  /// @param tracks whose the sections of the offer are
  record Down(String connection, int number, Description description, List<ReceivedTrack> tracks)
      implements FromServer {}

  /// How many of a track's layers anybody wants, from the smallest: what is above need not be sent.
  ///
  /// @param mid of the section in the connection up
  record LayersWanted(String connection, String mid, int layers) implements FromServer {}

  /// Who speaks, of those who send through the server: by the loudness that their packets tell.
  ///
  /// @param active whose turn it is: who speaks, or spoke last; null before anybody did
  /// @param speaking who speaks now
  /// @param limited whether more microphones are open than are forwarded at a time: the others are
  ///   silent until they are among the loudest
  record Speakers(@Nullable String active, List<String> speaking, boolean limited)
      implements FromServer {}

  /// A connection with the server is over: make another.
  ///
  /// @param up whether it is the one by which this page sends
  /// @param reason one sentence for people who look for the cause
  record ConnectionLost(String connection, boolean up, String reason) implements FromServer {}

  record Said(ChatMessage message) implements FromServer {}

  /// A host had the chat deleted: nobody who comes later reads what was said, and pages show it no
  /// more.
  record ChatCleared(String by) implements FromServer {}

  record Reacted(String from, String emoji) implements FromServer {}

  record Knocked(Knock knock) implements FromServer {}

  /** One who knocked is in, was declined or went away. */
  record KnockEnded(String identity) implements FromServer {}

  /** A host mutes you; the client obeys and says so by [Publish]. */
  record MuteAsked(String by, Source source) implements FromServer {}

  /// This participation is over; the connection closes behind it. Do not join again by yourself,
  /// except after `closing` and `failed`.
  record Ended(Ending code, String message, String help) implements FromServer {}

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

  /// Why somebody is no longer in the room.
  enum Departure {
    /** Went by their own will. */
    LEFT,
    /** Did not come back in time. */
    LOST,
    /** Taken out by a host. */
    REMOVED
  }

  /// Why the room's settings changed.
  enum RoomChange {
    /** A host asked for it. */
    ASKED,
    /** Somebody was removed whom only a lobby keeps out: it went on. */
    REMOVAL,
    /**
     * There are more people than can send directly to each other, a program or one who only
     * watches; or so few again.
     */
    PEOPLE,
    /** Two people found no direct path. */
    PATH,
    /** More or fewer only watch. */
    VIEWERS
  }

  /// @param identity stable over reconnects
  /// @param order 1, 2, 3 … by arrival: of two peers the later one is the polite one
  /// @param hand the place in the queue of raised hands, from 1, or null
  /// @param program whether it is no person but a program: what sends by WHIP, or runs in the
  ///   server. It receives and reads what it may, by WHIP nothing
  record ParticipantInfo(
      String identity,
      String name,
      Role role,
      int order,
      String instance,
      Presence presence,
      @Nullable Integer hand,
      Permissions can,
      List<TrackInfo> tracks,
      boolean program) {}

  record Permissions(boolean publish, boolean subscribe, boolean send, boolean moderate) {

    /** Whether all of that is among these. */
    boolean cover(Permissions other) {
      return (publish || !other.publish)
          && (subscribe || !other.subscribe)
          && (send || !other.send)
          && (moderate || !other.moderate);
    }
  }

  /// @param id the MediaStream id this track travels with in SDP (msid); with `source` it names one
  ///   track, so a screen and its sound may share it
  /// @param sealed whether it is encrypted end to end, so that others need the key
  record TrackInfo(
      @Limit(min = 1, max = 128) String id,
      Source source,
      boolean muted,
      @Nullable Boolean sealed) {
    public TrackInfo(String id, Source source, boolean muted) {
      this(id, source, muted, null);
    }
  }

  /// @param limit how many people may meet
  /// @param topology where sound and pictures go now
  /// @param viewers how many only watch, by WHEP; they are no participants
  /// @param chatKept whether what is said to everybody stays when all have left
  record RoomInfo(
      String name,
      boolean locked,
      boolean lobby,
      int limit,
      Topology topology,
      int viewers,
      boolean chatKept) {}

  enum Topology {
    /** Everybody to everybody, directly. */
    MESH,
    /** Everybody to the server, which forwards. */
    SERVER
  }

  /// @param id as in [TrackInfo]
  record SentTrack(
      @Limit(min = 1, max = 16) String mid, @Limit(min = 1, max = 128) String id, Source source) {}

  /// @param from whose it is
  /// @param id as in [TrackInfo]
  record ReceivedTrack(String mid, String from, String id, Source source) {}

  /// @param from whose it is
  /// @param id as in [TrackInfo]
  /// @param height of the picture on the screen, in its pixels
  /// @param pinned whether it comes before all others
  record Sight(
      @Limit(min = 1, max = 128) String from,
      @Limit(min = 1, max = 128) String id,
      Source source,
      @Limit(max = 8192) int height,
      boolean pinned) {}

  record Description(DescriptionType type, @Limit(max = 65_536) String sdp) {}

  /// As in WebRTC: RTCSdpType.
  enum DescriptionType {
    OFFER,
    ANSWER,
    PRANSWER,
    ROLLBACK
  }

  /// As in WebRTC: RTCIceCandidateInit. An empty `candidate` is the end of candidates.
  record Candidate(
      @Limit(max = 1024) String candidate,
      @Limit(max = 64) @Nullable String sdpMid,
      @Limit(max = 255) @Nullable Integer sdpMLineIndex,
      @Limit(max = 256) @Nullable String usernameFragment) {}

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
  record FileOffer(
      @Limit(min = 1, max = 64) String id,
      @Limit(min = 1, max = 255) String name,
      @Limit(max = 9_007_199_254_740_991L) long size,
      @Limit(max = 128) String type,
      @Limit(min = 64, max = 64) String sha256) {}

  record Knock(String identity, String name) {}

  record IceServer(List<String> urls, @Nullable String username, @Nullable String credential) {}
}
