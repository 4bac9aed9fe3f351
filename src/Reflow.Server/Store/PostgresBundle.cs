using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace Reflow.Server.Store;

/// <summary>Statements that are sent as one.</summary>
/// <param name="of">Of one text.</param>
sealed class PostgresBundle(List<PostgresStatement> of)
{
    /// <summary>The statements.</summary>
    public List<PostgresStatement> Of => of;

    /// <summary>What is sent.</summary>
    public NpgsqlBatchCommand Command { get; set; } = null!;

    /// <summary>Whether its rows have all come; true from the start when there are none.</summary>
    public bool IsAnswered { get; set; } = !of[0].HasRows;

    // Whether its rows tell whose they are, in their last column.
    bool tells;

    /// <summary>Statements in the order in which they can be sent, with those of one text together: what is of one change keeps its order.</summary>
    public static List<PostgresBundle> Bundle(List<PostgresStatement> statements)
    {
        var bundles = new List<PostgresBundle>();
        for (int from = 0, to; from < statements.Count; from = to)
        {
            to = from + 1;
            while (to < statements.Count && statements[to].Stretch == statements[from].Stretch) to++;
            if (to - from == 1) bundles.Add(new([statements[from]]));
            else Bundle(statements.GetRange(from, to - from), bundles);
        }
        return bundles;
    }

    // What all changes have come to at the same time is taken first; when they want it in different orders, what most of them have come to.
    static void Bundle(List<PostgresStatement> stretch, List<PostgresBundle> bundles)
    {
        var lines = stretch.GroupBy(statement => statement.Change).Select(line => new Queue<PostgresStatement>(line)).ToList();
        var left = stretch.GroupBy(statement => statement.Sql).ToDictionary(text => text.Key, text => text.Count());
        while (lines.Count > 0)
        {
            var first = lines.GroupBy(line => line.Peek().Sql).MaxBy(heads => heads.Count() == left[heads.Key] ? int.MaxValue : heads.Count())!;
            var bundle = new List<PostgresStatement>();
            foreach (var line in first.ToList())
            {
                bundle.Add(line.Dequeue());
                // One change may insert many rows; what it changes twice is not the same at the second time.
                while (bundle[^1].Merge is PostgresMerge.Insert && !first.Key.Contains("do update", StringComparison.Ordinal) && line.TryPeek(out var next) && next.Sql == first.Key) bundle.Add(line.Dequeue());
                if (line.Count == 0) lines.Remove(line);
            }
            left[first.Key] -= bundle.Count;
            if (bundle[0].Merge is not PostgresMerge.Never) bundles.Add(new(bundle));
            else bundles.AddRange(bundle.Select(one => new PostgresBundle([one])));
        }
    }

    /// <summary>Puts the arguments into what is sent; false when they do not go together, and each must go by itself.</summary>
    /// <param name="batch">Where commands come from.</param>
    /// <param name="least">So many statements at least are worth it.</param>
    public bool Bind(PostgresBatch batch, int least)
    {
        if (of.Count >= least && of[0].Merge is not PostgresMerge.Never && Types() is { } types
            && PostgresMerging.Text(of[0].Sql, types, of[0].Merge, (of[0] as PostgresStatement.Writing)?.Together) is { } text)
        {
            var guard = of[0].Merge is PostgresMerge.Guard;
            Command = batch.Free(text, types.Length + (guard ? 1 : 0));
            for (var i = 0; i < types.Length; i++) Bind(Command.Parameters[i], types[i], i);
            if (guard) Command.Parameters[types.Length].Bind(of.Count);
            tells = of[0].Merge is PostgresMerge.Rows or PostgresMerge.FirstRow;
            return true;
        }
        if (of.Count > 1) return false;
        var one = of[0];
        Command = batch.Free(one.Merge is PostgresMerge.Guard ? PostgresMerging.Guarded(one.Sql) : one.Sql, one.Args.Length);
        for (var i = 0; i < one.Args.Length; i++) Command.Parameters[i].Bind(one.Args[i]);
        return true;
    }

    /// <summary>Shows a row to the statement that asked for it.</summary>
    public void Take(DbDataReader row) => of[tells ? (int)row.GetInt64(row.FieldCount - 1) - 1 : 0].Take(row);

    void Bind(NpgsqlParameter parameter, char type, int i)
    {
        switch (type)
        {
            case 't':
                var texts = new string?[of.Count];
                for (var row = 0; row < texts.Length; row++) texts[row] = ((string?)of[row].Args[i])?.Replace('\0', '\uFFFD');
                (parameter.NpgsqlDbType, parameter.Value) = (NpgsqlDbType.Array | NpgsqlDbType.Text, texts);
                break;
            case 'i':
                var integers = new long?[of.Count];
                for (var row = 0; row < integers.Length; row++) integers[row] = of[row].Args[i] switch { null => null, bool truth => truth ? 1 : 0, int number => number, var number => (long)number };
                (parameter.NpgsqlDbType, parameter.Value) = (NpgsqlDbType.Array | NpgsqlDbType.Bigint, integers);
                break;
            default:
                var reals = new double?[of.Count];
                for (var row = 0; row < reals.Length; row++) reals[row] = (double?)of[row].Args[i];
                (parameter.NpgsqlDbType, parameter.Value) = (NpgsqlDbType.Array | NpgsqlDbType.Double, reals);
                break;
        }
    }

    // Null when some argument is of several types, or of none.
    string? Types()
    {
        Span<char> types = stackalloc char[of[0].Args.Length];
        types.Clear();
        foreach (var statement in of)
            for (var i = 0; i < types.Length; i++)
            {
                var type = statement.Args[i] switch { null => types[i], string => 't', double => 'r', _ => 'i' };
                if (types[i] != 0 && types[i] != type) return null;
                types[i] = type;
            }
        return types.Contains('\0') ? null : new(types);
    }
}
