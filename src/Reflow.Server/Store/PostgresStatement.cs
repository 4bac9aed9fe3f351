using System.Data.Common;
using Npgsql;

namespace Reflow.Server.Store;

/// <summary>A statement on its way in a <see cref="PostgresPipeline"/>, and who waits for its answer.</summary>
abstract class PostgresStatement
{
    /// <summary>The statement with its arguments.</summary>
    public NpgsqlBatchCommand Command { get; set; } = null!;

    /// <summary>Several statements without arguments, in the place of <see cref="Command"/>.</summary>
    public string? Script { get; init; }

    /// <summary>Whose it is: a place in the group.</summary>
    public int Change { get; set; }

    /// <summary>Whether the server answers it with rows.</summary>
    public abstract bool HasRows { get; }

    /// <summary>Takes the rows; what goes wrong with them is told when it settles.</summary>
    /// <exception cref="DbException">The server refused the statement, or is gone.</exception>
    public virtual void Take(DbDataReader reader)
    {
    }

    /// <summary>Tells whoever waits; how many rows it changed where that must have been one and was not.</summary>
    /// <param name="failure">What became of the round trip; null when all of it was done.</param>
    public abstract int? Settle(Exception? failure);

    /// <summary>Rows are read.</summary>
    public sealed class Reading<T>(Func<DbDataReader, T> read) : PostgresStatement
    {
        // Goes on where the answer is told, which is the writer's thread.
        readonly TaskCompletionSource<T> answer = new();
        T? rows;
        Exception? wrong;

        public Task<T> Answer => answer.Task;

        public override bool HasRows => true;

        public override void Take(DbDataReader reader)
        {
            try { rows = read(reader); }
            catch (Exception e) when (e is not DbException) { wrong = e; }
        }

        public override int? Settle(Exception? failure)
        {
            if ((failure ?? wrong) is { } e) answer.SetException(e);
            else answer.SetResult(rows!);
            return null;
        }
    }

    /// <summary>Somebody wants to know how many rows it changed.</summary>
    public sealed class Running : PostgresStatement
    {
        readonly TaskCompletionSource<int> answer = new();

        public Task<int> Answer => answer.Task;

        public override bool HasRows => false;

        public override int? Settle(Exception? failure)
        {
            if (failure is not null) answer.SetException(failure);
            else answer.SetResult(Script is null ? Command.RecordsAffected : 0);
            return null;
        }
    }

    /// <summary>Nobody waits.</summary>
    /// <param name="one">Whether it must change one row.</param>
    public sealed class Writing(bool one) : PostgresStatement
    {
        public override bool HasRows => false;

        public override int? Settle(Exception? failure) => one && failure is null && Command.RecordsAffected is var rows && rows != 1 ? rows : null;
    }
}
