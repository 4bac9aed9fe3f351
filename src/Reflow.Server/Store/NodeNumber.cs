namespace Reflow.Server.Store;

/// <summary>This node's number in the ids that it makes, 0 to 63. No other node that shares the store has it at the same time.</summary>
public abstract class NodeNumber : IAsyncDisposable
{
    /// <summary>How many numbers there are.</summary>
    public const int Count = 64;

    /// <summary>The number now.</summary>
    /// <exception cref="StoreException">There is none at the moment: the node was cut off from the store for too long, and tries to get one again.</exception>
    public abstract HeldNumber Held { get; }

    /// <summary>Why the node cannot serve calls that change or read anything, in words; null while it can.</summary>
    public virtual string? Fault => null;

    /// <summary>A number that does not change: for the only node of a store.</summary>
    public static NodeNumber Fixed(int number) => new Constant(number);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    sealed class Constant(int number) : NodeNumber
    {
        public override HeldNumber Held => new(number, 1);

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>A number that a node holds.</summary>
/// <param name="Value">0 to 63.</param>
/// <param name="Turn">How many it has got so far, this one with them; from 1. Between two of them, others may have had them.</param>
public readonly record struct HeldNumber(int Value, int Turn);
