package org.refract.cli.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.model.Adapters;
import org.refract.api.model.Adapters.Lora;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.Sha256;

/** The hash that AUTOMATIC1111's web UI names a LoRA by: 12 digits of the SHA-256 of its tensors, without the header that people edit. */
final class LoraHash {
    private static final int DIGITS = 12;

    private LoraHash() {
    }

    /** The hash of each low-rank adapter. */
    static Map<Lora, String> of(Adapters adapters) throws RefractException {
        Map<Lora, String> hashes = new LinkedHashMap<>();
        for (Lora lora : adapters.loras()) {
            hashes.put(lora, of(lora.file()));
        }
        return hashes;
    }

    static String of(Path file) throws RefractException {
        return Sha256.of(file, file.toString().endsWith(".safetensors") ? header(file) : 0).substring(0, DIGITS);
    }

    /** Bytes before the tensors. */
    private static long header(Path file) throws RefractException {
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] length = stream.readNBytes(Long.BYTES);
            return length.length < Long.BYTES ? length.length
                    : Long.BYTES + Math.clamp(ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong(), 0L, Files.size(file));
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }
}
