package org.refract.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KernelTextTest {

    private static final String TEXT =
            """
            # twice(x) in a comment
            def twice(x: Tensor) -> Tensor:
              return x + x
            def main(x: Tensor,
                     mode: str="twice(x)") -> Tensor:
              y = twice(x).to(torch.float32)
              return x.twice(y) + torch.twice (y)
            def none() -> Tensor:
              return torch.zeros([1], dtype=torch.bfloat16)
            """;

    private final List<String> code = new KernelText(TEXT).code().lines().toList();

    @Test
    void functionsBecomeMethodsAndKeepTheirLines() {
        assertEquals("class M(Module):", code.get(0));
        assertEquals("  def twice(self: __torch__.M, x: Tensor) -> Tensor:", code.get(2));
        assertEquals("  def none(self: __torch__.M) -> Tensor:", code.get(8));
        assertEquals(Set.of("twice", "main", "none"), new KernelText(TEXT).functions());
    }

    @Test
    void onlyCallsOfSiblingsBecomeMethodCalls() {
        assertTrue(code.get(6).contains("y = self.twice(x)"));
        assertTrue(code.get(7).contains("x.twice(y) + torch.twice (y)"));
        assertTrue(code.get(5).contains("\"twice(x)\""));
        assertFalse(code.get(1).contains("twice"));
    }

    @Test
    void elementTypesBecomeTorchsNumbers() {
        assertTrue(code.get(6).endsWith(".to(6)"));
        assertTrue(code.get(9).endsWith("dtype=15)"));
    }

    @Test
    void theSameTextGivesTheSameArchive() {
        org.junit.jupiter.api.Assertions.assertArrayEquals(new KernelText(TEXT).archive(), new KernelText(TEXT.replace("\n", "\r\n")).archive());
    }
}
