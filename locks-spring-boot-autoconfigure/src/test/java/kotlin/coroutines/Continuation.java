package kotlin.coroutines;

/**
 * Stands for the type that the Kotlin compiler adds to the parameters of a suspend
 * function.
 *
 * @param <T> the type of the result
 */
public interface Continuation<T> {

}
