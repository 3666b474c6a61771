package dev.madang.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// The pages, read whole into memory when the server starts. What a stranger asks for is a key of
/// this index and never becomes a path. Immutable; read by every loop.
public final class StaticFiles {
  /// One file in every coding it has, and what is said with it.
  private record Entry(
      String type, String cache, Variant plain, @Nullable Variant brotli, @Nullable Variant gzip) {}

  private record Variant(ByteBuf bytes, String etag, @Nullable String coding) {}

  private final Map<String, Entry> entries = new HashMap<>();

  private StaticFiles(Map<String, byte[]> files) {
    files.forEach((name, bytes) -> {
      if (!name.endsWith(".br") && !name.endsWith(".gz")) {
        entries.put(name, entry(name, bytes, files));
      }
    });
  }

  /// All resources under a folder of the class path, in a jar or not; none if it is not there.
  public static StaticFiles ofResources(String folder) {
    URL url = StaticFiles.class.getClassLoader().getResource(folder);
    Map<String, byte[]> files = new TreeMap<>();
    try {
      if (url != null && url.getProtocol().equals("jar")) {
        String jar = url.toString();
        URI uri = URI.create(jar.substring(0, jar.indexOf('!')));
        try (FileSystem system = FileSystems.newFileSystem(uri, Map.of())) {
          read(system.getPath(folder), files);
        }
      } else if (url != null) {
        read(Path.of(url.toURI()), files);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    return new StaticFiles(files);
  }

  /// Files by name, as `/assets/a.js`.
  static StaticFiles of(Map<String, byte[]> files) {
    return new StaticFiles(files);
  }

  /// Adds a route for each file, and the one page of the application at each of the addresses that
  /// it understands: a path, or a prefix that ends with a slash. People who come to any other
  /// address get the page too, which tells them in their language that they are lost.
  public void addTo(Router router, List<String> pageAddresses) {
    entries.forEach((path, entry) -> router.get(path, exchange -> answer(exchange, entry)));
    Entry page = entries.get(PAGE);
    Handler handler = page();
    for (String address : pageAddresses) {
      if (address.length() > 1 && address.endsWith("/")) {
        router.prefix("GET", address, handler);
      } else {
        router.get(address, handler);
      }
    }
    if (page != null) {
      router.otherwise(exchange -> {
        if (exchange.wantsPage()) {
          lost(exchange, page);
        } else {
          Router.nothing(exchange);
        }
      });
    }
  }

  /// Answers with the one page of the application.
  public Handler page() {
    Entry page = entries.get(PAGE);
    return page == null
        ? exchange -> exchange.respond(503, "The pages were left out of this build.")
        : exchange -> answer(exchange, page);
  }

  private static void lost(Exchange exchange, Entry page) {
    Variant variant = choose(page, exchange.headers());
    List<String> fields =
        new ArrayList<>(List.of("cache-control", "no-cache", "vary", "accept, " + VARY));
    if (variant.coding() != null) {
      fields.addAll(List.of("content-encoding", variant.coding()));
    }
    exchange.respond(
        404, page.type(), variant.bytes().retainedDuplicate(), fields.toArray(String[]::new));
  }

  private static void answer(Exchange exchange, Entry entry) {
    String range = exchange.header("range");
    Variant variant = range == null ? choose(entry, exchange.headers()) : entry.plain();
    String etag = variant.etag();
    if (noneMatch(exchange.headers(), etag)) {
      exchange.respond(
          304,
          null,
          Unpooled.EMPTY_BUFFER,
          "etag",
          etag,
          "cache-control",
          entry.cache(),
          "vary",
          VARY);
      return;
    }
    String ifRange = exchange.header("if-range");
    if (range != null && (ifRange == null || ifRange.equals(etag))) {
      int length = variant.bytes().readableBytes();
      long[] slice = ByteRange.parse(range, length);
      if (slice != null && slice.length == 0) {
        exchange.respond(
            416, Router.TEXT, "This part does not exist.\n", "content-range", "bytes */" + length);
        return;
      }
      if (slice != null) {
        int from = (int) slice[0];
        int to = (int) slice[1];
        exchange.respond(
            206,
            entry.type(),
            variant.bytes().retainedSlice(from, to - from + 1),
            "etag",
            etag,
            "cache-control",
            entry.cache(),
            "content-range",
            "bytes " + from + "-" + to + "/" + length,
            "vary",
            VARY);
        return;
      }
    }
    if (variant.coding() == null) {
      exchange.respond(
          200,
          entry.type(),
          variant.bytes().retainedDuplicate(),
          "etag",
          etag,
          "cache-control",
          entry.cache(),
          "accept-ranges",
          "bytes",
          "vary",
          VARY);
    } else {
      exchange.respond(
          200,
          entry.type(),
          variant.bytes().retainedDuplicate(),
          "etag",
          etag,
          "cache-control",
          entry.cache(),
          "content-encoding",
          variant.coding(),
          "vary",
          VARY);
    }
  }

  private static Variant choose(Entry entry, Headers headers) {
    String accepted = headers.first("accept-encoding");
    if (accepted != null) {
      if (entry.brotli() != null && accepts(accepted, "br")) {
        return entry.brotli();
      }
      if (entry.gzip() != null && accepts(accepted, "gzip")) {
        return entry.gzip();
      }
    }
    return entry.plain();
  }

  private static boolean accepts(String accepted, String coding) {
    for (String each : accepted.split(",")) {
      String[] parts = each.strip().split("\\s*;\\s*");
      if (parts[0].equalsIgnoreCase(coding)) {
        return parts.length < 2 || !parts[1].matches("q=0(\\.0*)?");
      }
    }
    return false;
  }

  private static boolean noneMatch(Headers headers, String etag) {
    for (String line : headers.all("if-none-match")) {
      for (String each : line.split(",")) {
        String tag = each.strip();
        if (tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag)) {
          return true;
        }
      }
    }
    return false;
  }

  private static Entry entry(String name, byte[] bytes, Map<String, byte[]> files) {
    String type = type(name);
    byte[] brotli = files.get(name + ".br");
    byte[] gzip = files.get(name + ".gz");
    if (gzip == null && brotli == null && compresses(type) && bytes.length > 1024) {
      gzip = gzip(bytes);
    }
    String hash = hash(bytes);
    return new Entry(
        type,
        cache(name),
        variant(bytes, hash, null),
        brotli == null ? null : variant(brotli, hash, "br"),
        gzip == null ? null : variant(gzip, hash, "gzip"));
  }

  /// Each coding is a representation of its own, so it has a strong tag of its own.
  private static Variant variant(byte[] bytes, String hash, @Nullable String coding) {
    ByteBuf buffer = FOR_GOOD.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
    String etag = '"' + hash + (coding == null ? "" : "-" + coding) + '"';
    return new Variant(Unpooled.unreleasableBuffer(buffer.asReadOnly()), etag, coding);
  }

  /// A name with a hash in it never means other bytes; everything else is asked for again, which
  /// costs an answer without a body.
  private static String cache(String name) {
    return name.matches("/assets/.*[-.][A-Za-z0-9_-]{8,}\\.[a-z0-9]+")
        ? "public, max-age=31536000, immutable"
        : "no-cache";
  }

  private static String type(String name) {
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return TYPES.getOrDefault(extension, "application/octet-stream");
  }

  private static boolean compresses(String type) {
    return type.startsWith("text/")
        || type.startsWith("application/json")
        || type.equals("image/svg+xml")
        || type.equals("application/wasm")
        || type.equals("application/manifest+json");
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, 12));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void read(Path root, Map<String, byte[]> files) throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
        String name = root.relativize(file).toString().replace('\\', '/');
        files.put("/" + name, Files.readAllBytes(file));
      }
    }
  }

  private static final String VARY = "accept-encoding";
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("map", "application/json"),
          Map.entry("webmanifest", "application/manifest+json"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("webp", "image/webp"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("wasm", "application/wasm"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          // To be read: as text/markdown some browsers save it.
          Map.entry("md", "text/plain; charset=utf-8"),
          Map.entry("mp3", "audio/mpeg"),
          Map.entry("wav", "audio/wav"),
          Map.entry("mp4", "video/mp4"),
          Map.entry("webm", "video/webm"));

  /// What is never let go is no leak.
  private static final ByteBufAllocator FOR_GOOD = new UnpooledByteBufAllocator(true, true);

  private static final String PAGE = "/index.html";
}
