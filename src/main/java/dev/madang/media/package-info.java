/// What the codecs look like inside RTP payloads: descriptors and headers read where they lie, for
/// choosing layers and finding keyframes, and packetizers that make payloads of frames and frames
/// of payloads. Nothing here decodes a picture or a sound.
package dev.madang.media;
