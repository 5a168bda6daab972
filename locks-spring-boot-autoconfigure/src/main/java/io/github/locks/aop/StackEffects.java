package io.github.locks.aop;

import org.springframework.asm.Opcodes;

/**
 * How many slots of the operand stack an instruction takes and gives, for instructions
 * without operands that matter. Values of type {@code long} and {@code double} have two.
 */
final class StackEffects {

	private StackEffects() {
	}

	/**
	 * Returns how many slots an instruction takes from the stack.
	 */
	static int pops(int opcode) {
		return switch (opcode) {
			case Opcodes.NOP, Opcodes.IINC, Opcodes.GOTO -> 0;
			case Opcodes.LALOAD, Opcodes.DALOAD, Opcodes.IALOAD, Opcodes.FALOAD, Opcodes.AALOAD, Opcodes.BALOAD,
					Opcodes.CALOAD, Opcodes.SALOAD ->
				2;
			case Opcodes.IASTORE, Opcodes.FASTORE, Opcodes.AASTORE, Opcodes.BASTORE, Opcodes.CASTORE, Opcodes.SASTORE ->
				3;
			case Opcodes.LASTORE, Opcodes.DASTORE, Opcodes.LCMP, Opcodes.DCMPL, Opcodes.DCMPG -> 4;
			case Opcodes.FCMPL, Opcodes.FCMPG, Opcodes.POP2 -> 2;
			case Opcodes.LSHL, Opcodes.LSHR, Opcodes.LUSHR -> 3;
			case Opcodes.LNEG, Opcodes.DNEG, Opcodes.L2I, Opcodes.L2F, Opcodes.L2D, Opcodes.D2I, Opcodes.D2L,
					Opcodes.D2F, Opcodes.LSTORE, Opcodes.DSTORE ->
				2;
			case Opcodes.IF_ICMPEQ, Opcodes.IF_ICMPNE, Opcodes.IF_ICMPLT, Opcodes.IF_ICMPGE, Opcodes.IF_ICMPGT,
					Opcodes.IF_ICMPLE, Opcodes.IF_ACMPEQ, Opcodes.IF_ACMPNE ->
				2;
			default -> isConstantOrLoad(opcode) ? 0 : (isArithmetic(opcode) ? 2 * width(opcode) : 1);
		};
	}

	/**
	 * Returns how many slots an instruction puts on the stack.
	 */
	static int pushes(int opcode) {
		return switch (opcode) {
			case Opcodes.LCONST_0, Opcodes.LCONST_1, Opcodes.DCONST_0, Opcodes.DCONST_1, Opcodes.LLOAD, Opcodes.DLOAD,
					Opcodes.LALOAD, Opcodes.DALOAD ->
				2;
			case Opcodes.I2L, Opcodes.I2D, Opcodes.F2L, Opcodes.F2D, Opcodes.L2D, Opcodes.D2L, Opcodes.LSHL,
					Opcodes.LSHR, Opcodes.LUSHR, Opcodes.LNEG, Opcodes.DNEG ->
				2;
			case Opcodes.NOP, Opcodes.IINC, Opcodes.POP, Opcodes.POP2, Opcodes.MONITORENTER, Opcodes.MONITOREXIT,
					Opcodes.IFNULL, Opcodes.IFNONNULL ->
				0;
			default -> isStoreOrJump(opcode) ? 0 : (isArithmetic(opcode) ? width(opcode) : 1);
		};
	}

	private static boolean isConstantOrLoad(int opcode) {
		return opcode <= Opcodes.ALOAD || opcode == Opcodes.NEW;
	}

	private static boolean isStoreOrJump(int opcode) {
		return (opcode >= Opcodes.ISTORE && opcode <= Opcodes.SASTORE)
				|| (opcode >= Opcodes.IFEQ && opcode <= Opcodes.LOOKUPSWITCH);
	}

	/**
	 * Whether an instruction makes one value of two of the same type.
	 */
	private static boolean isArithmetic(int opcode) {
		return (opcode >= Opcodes.IADD && opcode <= Opcodes.DREM) || (opcode >= Opcodes.ISHL && opcode <= Opcodes.LXOR);
	}

	/**
	 * Returns the width of an arithmetic instruction, whose types come in the order int,
	 * long, float, double, or int, long.
	 */
	private static int width(int opcode) {
		return ((opcode - Opcodes.IADD) % 2 == 1) ? 2 : 1;
	}

}
