package dev.madang.net;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// An answer by HTTP from a server that may be anybody's: no longer than a megabyte, and whole
/// within a time. A request's own timeout ends with the head of the answer. Blocks.
public final class WholeAnswer {
  private WholeAnswer() {}

  /// @throws IOException when there is none, or it is longer, or takes longer
  public static HttpResponse<String> of(HttpClient http, HttpRequest request, Duration within)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), MOST_BYTES));
    try {
      return answer.get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException away) {
        throw away;
      }
      throw new IOException(failed.getCause());
    } catch (TimeoutException silent) {
      answer.cancel(true);
      throw new IOException("no whole answer within " + within.toSeconds() + " s");
    }
  }

  private static final int MOST_BYTES = 1 << 20;
}
