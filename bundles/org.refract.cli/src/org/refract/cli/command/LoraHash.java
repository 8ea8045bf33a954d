package org.refract.cli.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.refract.api.RefractException;
import org.refract.engine.file.FileFailure;

/** The hash that AUTOMATIC1111's web UI names a LoRA by: 12 digits of the SHA-256 of its tensors, without the header that people edit. */
final class LoraHash {
    private static final int DIGITS = 12;
    private static final int BUFFER = 1 << 20;

    private LoraHash() {
    }

    static String of(Path file) throws RefractException {
        try (InputStream stream = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            if (file.toString().endsWith(".safetensors")) {
                byte[] length = stream.readNBytes(Long.BYTES);
                if (length.length == Long.BYTES) {
                    stream.skip(ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong());
                }
            }
            byte[] buffer = new byte[BUFFER];
            for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java knows SHA-256", e);
        }
    }
}
