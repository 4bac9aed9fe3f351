using System.Data.Common;

namespace Reflow.Server.Store;

/// <summary>A statement on its way in a <see cref="PostgresPipeline"/>, and who waits for its answer.</summary>
/// <param name="sql">Its text; <c>$1</c> is the first argument.</param>
/// <param name="args">Its arguments.</param>
abstract class PostgresStatement(string sql, object?[] args)
{
    /// <summary>Its text.</summary>
    public string Sql => sql;

    /// <summary>Its arguments.</summary>
    public object?[] Args => args;

    /// <summary>Whose it is: a place in the group.</summary>
    public int Change { get; set; }

    /// <summary>What is of a later stretch comes after all that is of an earlier one; within one, only what is of the same change keeps its order.</summary>
    public int Stretch { get; set; }

    /// <summary>How it can be sent together with others of its text.</summary>
    public virtual PostgresMerge Merge => PostgresMerge.Never;

    /// <summary>Whether the server answers it with rows.</summary>
    public virtual bool HasRows => false;

    /// <summary>Takes a row; what goes wrong with it is told when it settles.</summary>
    public virtual void Take(DbDataReader row)
    {
    }

    /// <summary>Takes how many rows it changed, when it was sent by itself.</summary>
    public virtual void Took(int rows)
    {
    }

    /// <summary>Tells whoever waits.</summary>
    /// <param name="failure">What became of the round trip; null when all of it was done.</param>
    public virtual void Settle(Exception? failure)
    {
    }

    /// <summary>Rows are read.</summary>
    /// <param name="sql">Its text.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="begin">What is answered when there are no rows.</param>
    /// <param name="take">Shown each row with what was answered so far; false when it wants no more.</param>
    /// <param name="merge">How it can be merged.</param>
    public sealed class Reading<T>(string sql, object?[] args, T begin, Reading<T>.Row take, PostgresMerge merge) : PostgresStatement(sql, args)
    {
        // Goes on where the answer is told, which is the thread of the session.
        readonly TaskCompletionSource<T> answer = new();
        T rows = begin;
        Exception? wrong;
        bool hasEnough;

        public delegate bool Row(ref T rows, DbDataReader row);

        public Task<T> Answer => answer.Task;

        public override PostgresMerge Merge => merge;

        public override bool HasRows => true;

        public override void Take(DbDataReader row)
        {
            if (hasEnough) return;
            try { hasEnough = !take(ref rows, row); }
            catch (Exception e) when (e is not DbException) { (wrong, hasEnough) = (e, true); }
        }

        public override void Settle(Exception? failure)
        {
            if ((failure ?? wrong) is { } e) answer.SetException(e);
            else answer.SetResult(rows);
        }
    }

    /// <summary>What a transaction begins with; its rows say nothing.</summary>
    public sealed class Taking(string sql, object?[] args) : PostgresStatement(sql, args)
    {
        public override bool HasRows => Sql.StartsWith("select", StringComparison.Ordinal);
    }

    /// <summary>Somebody wants to know how many rows it changed.</summary>
    public sealed class Running(string sql, object?[] args) : PostgresStatement(sql, args)
    {
        readonly TaskCompletionSource<int> answer = new();
        int changed;

        public Task<int> Answer => answer.Task;

        /// <summary>Whether it is several statements without arguments.</summary>
        public bool IsScript { get; init; }

        public override void Took(int rows) => changed = rows;

        public override void Settle(Exception? failure)
        {
            if (failure is not null) answer.SetException(failure);
            else answer.SetResult(changed);
        }
    }

    /// <summary>Nobody waits.</summary>
    /// <param name="sql">Its text.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="merge">How it can be merged; one that is a <see cref="PostgresMerge.Guard"/> must change one row.</param>
    /// <param name="together">The text for several rows at once, where it is known.</param>
    public sealed class Writing(string sql, object?[] args, PostgresMerge merge, string? together = null) : PostgresStatement(sql, args)
    {
        public override PostgresMerge Merge => merge;

        /// <summary>The text for several rows at once; <c>{rows}</c> in it stands for them, and <c>{place}</c> for the number of each among those of its tenant.</summary>
        public string? Together => together;

        // What guards answers with a row when it finds what it looks for, and fails otherwise.
        public override bool HasRows => merge is PostgresMerge.Guard;
    }
}

/// <summary>How statements of one text, each with arguments of its own, are sent as one.</summary>
enum PostgresMerge
{
    /// <summary>Not at all.</summary>
    Never,
    /// <summary>All rows of each.</summary>
    Rows,
    /// <summary>The first row of each.</summary>
    FirstRow,
    /// <summary>Their rows are inserted together.</summary>
    Insert,
    /// <summary>Their rows are changed together.</summary>
    Update,
    /// <summary>Their rows are deleted together.</summary>
    Delete,
    /// <summary>Their rows are changed together; it fails unless each has changed one.</summary>
    Guard,
}

/// <summary>How many statements of one text are sent as one.</summary>
/// <param name="Least">So many at least.</param>
/// <param name="Shared">Of so many at least, what all rows that are written have in common is sent once. Each set of it makes a text of its own to prepare, and few rows have much in common by chance.</param>
readonly record struct PostgresMergeLimits(int Least, int Shared);
