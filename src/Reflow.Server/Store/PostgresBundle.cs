using System.Data.Common;
using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;

namespace Reflow.Server.Store;

/// <summary>Statements that are sent as one: one by itself, or several of one text.</summary>
/// <param name="of">The statements.</param>
/// <param name="command">What is sent.</param>
/// <param name="tells">Whether its rows tell whose they are, in their last column; otherwise they are everybody's.</param>
sealed class PostgresBundle(List<PostgresStatement> of, NpgsqlBatchCommand command, bool tells)
{
    /// <summary>The statements.</summary>
    public List<PostgresStatement> Of => of;

    /// <summary>What is sent, with the arguments.</summary>
    public NpgsqlBatchCommand Command => command;

    /// <summary>Whether its rows have all come; true from the start when there are none.</summary>
    public bool IsAnswered { get; set; } = !of[0].HasRows;

    /// <summary>Shows a row to whoever asked for it.</summary>
    public void Take(DbDataReader row)
    {
        if (tells) of[(int)row.GetInt64(row.FieldCount - 1) - 1].Take(row);
        else
            foreach (var one in of) one.Take(row);
    }

    /// <summary>Statements in an order in which they can be sent, with those of one text together: what is of one change keeps its order.</summary>
    /// <param name="statements">The statements.</param>
    /// <param name="batch">Where commands come from.</param>
    /// <param name="limits">How many are worth it.</param>
    public static List<PostgresBundle> Bundle(List<PostgresStatement> statements, PostgresBatch batch, PostgresMergeLimits limits)
    {
        var bundles = new List<PostgresBundle>();
        for (int from = 0, to; from < statements.Count; from = to)
        {
            to = from + 1;
            while (to < statements.Count && statements[to].Stretch == statements[from].Stretch) to++;
            foreach (var of in Together(statements.GetRange(from, to - from)))
                if (Merged(of, batch, limits) is { } merged) bundles.Add(merged);
                else bundles.AddRange(of.Select(one => Alone(one, batch)));
        }
        return bundles;
    }

    // What is sent waits for this, so it groups by hand: equal texts are one object.
    // What all changes have come to at the same time is taken first; when they want it in different orders, what most of them have come to.
    static IEnumerable<List<PostgresStatement>> Together(List<PostgresStatement> stretch)
    {
        var lines = Lines(stretch);
        var left = new Dictionary<string, int>(ReferenceEqualityComparer.Instance);
        foreach (var statement in stretch) CollectionsMarshal.GetValueRefOrAddDefault(left, statement.Sql, out _)++;
        while (lines.Count > 0)
        {
            var text = First(lines, left);
            var of = new List<PostgresStatement>(left[text]);
            foreach (var line in lines)
            {
                if (!ReferenceEquals(line.Peek().Sql, text)) continue;
                of.Add(line.Dequeue());
                // One change may read, insert or delete many rows; what it changes twice is not the same at the second time.
                while (CanRepeat(of[^1]) && line.TryPeek(out var next) && ReferenceEquals(next.Sql, text)) of.Add(line.Dequeue());
            }
            lines.RemoveAll(static line => line.Count == 0);
            left[text] -= of.Count;
            yield return of;
        }
    }

    // Those of each change, in their order.
    static List<Queue<PostgresStatement>> Lines(List<PostgresStatement> stretch)
    {
        var lines = new List<Queue<PostgresStatement>>();
        var of = new Dictionary<int, Queue<PostgresStatement>>();
        foreach (var statement in stretch)
        {
            ref var line = ref CollectionsMarshal.GetValueRefOrAddDefault(of, statement.Change, out _);
            if (line is null) lines.Add(line = new());
            line.Enqueue(statement);
        }
        return lines;
    }

    static string First(List<Queue<PostgresStatement>> lines, Dictionary<string, int> left)
    {
        var heads = new List<(string Text, int Lines)>();
        foreach (var line in lines)
        {
            var at = heads.FindIndex(head => ReferenceEquals(head.Text, line.Peek().Sql));
            if (at < 0) heads.Add((line.Peek().Sql, 1));
            else heads[at] = (line.Peek().Sql, heads[at].Lines + 1);
        }
        return heads.MaxBy(head => head.Lines == left[head.Text] ? int.MaxValue : head.Lines).Text;
    }

    static bool CanRepeat(PostgresStatement one) => one.Merge is PostgresMerge.Rows or PostgresMerge.FirstRow or PostgresMerge.Delete || one.Merge is PostgresMerge.Insert && !one.Sql.Contains("do update", StringComparison.Ordinal);

    static PostgresBundle Alone(PostgresStatement one, PostgresBatch batch) => Alone(one, [one], batch);

    static PostgresBundle Alone(PostgresStatement one, List<PostgresStatement> askers, PostgresBatch batch)
    {
        var command = batch.Free(one.Merge is PostgresMerge.Guard ? PostgresMerging.Guarded(one.Sql) : one.Sql, one.Args.Length);
        for (var i = 0; i < one.Args.Length; i++) command.Parameters[i].Bind(one.Args[i]);
        return new(askers, command, tells: false);
    }

    // Null when they do not go together.
    static PostgresBundle? Merged(List<PostgresStatement> of, PostgresBatch batch, PostgresMergeLimits limits)
    {
        var how = of[0].Merge;
        // Settings and definitions are what all callers of a tenant ask for.
        if (how is PostgresMerge.Rows or PostgresMerge.FirstRow && AskTheSame(of)) return Alone(of[0], of, batch);
        if (of.Count < limits.Least || how is PostgresMerge.Never || Types(of, limits.Shared) is not { } types) return null;
        if (PostgresMerging.Text(of[0].Sql, types, how, (of[0] as PostgresStatement.Writing)?.Together) is not { } text) return null;
        var (isGuard, sent) = (how is PostgresMerge.Guard, types.Length - types.AsSpan().Count(PostgresMerging.Null));
        var command = batch.Free(text, sent + (isGuard ? 1 : 0));
        for (int i = 0, at = 0; i < types.Length; i++)
            if (PostgresMerging.IsSame(types[i])) command.Parameters[at++].Bind(of[0].Args[i]);
            else if (types[i] != PostgresMerging.Null) Bind(command.Parameters[at++], types[i], of, i);
        if (isGuard) command.Parameters[sent].Bind(of.Count);
        return new(of, command, tells: how is PostgresMerge.Rows or PostgresMerge.FirstRow);
    }

    static void Bind(NpgsqlParameter parameter, char type, List<PostgresStatement> of, int i) => (parameter.NpgsqlDbType, parameter.Value) = type switch
    {
        't' => (NpgsqlDbType.Array | NpgsqlDbType.Text, (object)of.ConvertAll(one => one.Args[i] is string text ? PostgresArguments.Text(text) : null)),
        'i' => (NpgsqlDbType.Array | NpgsqlDbType.Bigint, of.ConvertAll(one => one.Args[i] is { } number ? PostgresArguments.Integer(number) : (long?)null)),
        _ => (NpgsqlDbType.Array | NpgsqlDbType.Double, of.ConvertAll(one => (double?)one.Args[i])),
    };

    static bool AskTheSame(List<PostgresStatement> of)
    {
        // What differs is seldom the tenant, which comes first.
        for (var i = of[0].Args.Length - 1; i >= 0; i--)
            if (!HaveInCommon(of, i)) return false;
        return true;
    }

    // Null when some argument is of several types.
    static string? Types(List<PostgresStatement> of, int many)
    {
        Span<char> types = stackalloc char[of[0].Args.Length];
        types.Fill(PostgresMerging.Null);
        foreach (var statement in of)
            for (var i = 0; i < types.Length; i++)
            {
                var type = statement.Args[i] switch { null => types[i], string => 't', double => 'r', _ => 'i' };
                if (types[i] != PostgresMerging.Null && types[i] != type) return null;
                types[i] = type;
            }
        Share(types, of, many);
        return new(types);
    }

    // What all have in common is sent once: most often the tenant; of many rows that are written also what kind they are of, or what was done.
    static void Share(Span<char> types, List<PostgresStatement> of, int many)
    {
        var candidates = of[0].Merge switch
        {
            PostgresMerge.Rows or PostgresMerge.FirstRow => 1,
            _ when of.Count >= many => types.Length,
            PostgresMerge.Insert => 1,
            _ => 0,
        };
        Span<char> shared = stackalloc char[types.Length];
        types.CopyTo(shared);
        for (var i = 0; i < Math.Min(candidates, types.Length); i++)
            if (types[i] != PostgresMerging.Null && HaveInCommon(of, i)) shared[i] = PostgresMerging.Same(types[i]);
        // What each has of its own says how many they are.
        if (PostgresMerging.HasRows(shared)) shared.CopyTo(types);
    }

    static bool HaveInCommon(List<PostgresStatement> of, int i)
    {
        var first = of[0].Args[i];
        for (var n = 1; n < of.Count; n++)
            if (!Equals(first, of[n].Args[i])) return false;
        return true;
    }
}
