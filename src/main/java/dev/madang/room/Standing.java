package dev.madang.room;

import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.RoomInfo;
import java.util.List;

/// How a room stands at this moment, for whoever runs the server.
///
/// @param people in the order they came
/// @param waiting how many knock
public record Standing(RoomInfo room, List<ParticipantInfo> people, int waiting) {}
