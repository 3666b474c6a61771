package dev.madang.store;

/// Why nothing can be kept or read now: a sentence for whoever runs the server.
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StoreException(String sentence, Throwable cause) {
    super(sentence, cause);
  }

  StoreException(String sentence) {
    super(sentence);
  }
}
