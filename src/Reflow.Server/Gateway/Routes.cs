namespace Reflow.Server.Gateway;

/// <summary>What an operation does with an admitted call.</summary>
public delegate ValueTask<Reply> Handler(Call call);

/// <summary>
/// The served operations by method and path. A literal segment wins over a parameter at the same place (contracts: project §1.6),
/// and empty segments do not count, since SDKs send <c>//open-apis</c> when their domain ends in a slash (contracts: platform §2.3).
/// </summary>
public sealed class Routes
{
    readonly Node root = new();
    readonly Dictionary<string, Operation> contract;
    readonly Dictionary<string, Operation> served = [];

    /// <summary>Routes for the operations of this contract.</summary>
    public Routes(IEnumerable<Operation> operations) => contract = operations.ToDictionary(operation => operation.Name);

    /// <summary>The operations that have a handler, by name.</summary>
    public IReadOnlyDictionary<string, Operation> Served => served;

    /// <summary>Serves an operation of the contract.</summary>
    /// <exception cref="InvalidOperationException">The contract has no such operation, or it is served already, or another has its method and path.</exception>
    public void Serve(string name, Handler handler)
    {
        if (!contract.TryGetValue(name, out var operation)) throw new InvalidOperationException($"contract/operations.tsv has no row for {name}");
        var node = root;
        foreach (var segment in operation.Path.Split('/', StringSplitOptions.RemoveEmptyEntries)) node = node.Child(segment);
        if (!served.TryAdd(name, operation) || !node.Handlers.TryAdd(operation.Method, new(operation, handler)))
            throw new InvalidOperationException($"{name} ({operation.Method} {operation.Path}) is served twice");
    }

    /// <summary>The route of a request, with the values of its path parameters in order; null when there is none.</summary>
    internal Match? Find(string method, string path)
    {
        Span<Range> segments = stackalloc Range[16];
        var count = path.AsSpan().Split(segments, '/', StringSplitOptions.RemoveEmptyEntries);
        // The last range holds the rest of a path with more segments than any operation has.
        return count == segments.Length ? null : Find(root, method, path, segments[..count], []);
    }

    static Match? Find(Node node, string method, string path, ReadOnlySpan<Range> rest, ReadOnlySpan<string> values)
    {
        if (rest.IsEmpty) return node.Handlers.TryGetValue(method, out var route) ? new(route.Operation, route.Handler, values.ToArray()) : null;
        var segment = path.AsSpan()[rest[0]];
        if (node.Literals.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(segment, out var literal)
            && Find(literal, method, path, rest[1..], values) is { } match) return match;
        return node.Parameter is { } parameter ? Find(parameter, method, path, rest[1..], [.. values, segment.ToString()]) : null;
    }

    internal sealed record Match(Operation Operation, Handler Handler, string[] Values);

    sealed class Node
    {
        public Dictionary<string, Node> Literals { get; } = [];
        public Dictionary<string, (Operation Operation, Handler Handler)> Handlers { get; } = [];
        public Node? Parameter { get; private set; }

        public Node Child(string segment)
        {
            if (segment.StartsWith(':')) return Parameter ??= new();
            if (!Literals.TryGetValue(segment, out var child)) Literals.Add(segment, child = new());
            return child;
        }
    }
}
