using System.Collections.Concurrent;
using Xunit;

namespace Reflow.Server.Tests.Survival;

/// <summary>
/// Callers who work side by side, each on pieces of its own, until told that it is enough. When a server goes away under one of them it finds out what became of its call, as a
/// careful program would: what has a key is asked for again, of everything else it looks where it is.
/// </summary>
sealed class Load(Fleet fleet, IReadOnlyList<Scene> scenes, int seed)
{
    readonly ConcurrentBag<Piece> pieces = [], lost = [], there = [];
    readonly Lock gate = new();
    readonly List<(int At, TaskCompletionSource Reached)> awaited = [];
    Task working = Task.CompletedTask;
    volatile bool enough;
    int answered, repeated;

    /// <summary>What is known to be there, with its id.</summary>
    public IReadOnlyCollection<Piece> Pieces => pieces;

    /// <summary>What may be there or not: it has no key, and the answer was lost.</summary>
    public IReadOnlyCollection<Piece> Lost => lost;

    /// <summary>What is there, as the refusal of its key says, and whose id was lost.</summary>
    public IReadOnlyCollection<Piece> There => there;

    /// <summary>How often a key was used again.</summary>
    public int Repeated => repeated;

    public void Begin() => working = Task.WhenAll(scenes.Select((scene, worker) => Task.Run(() => new Worker(this, fleet, scene, worker, new((seed * 1000) + worker)).Work())));

    /// <summary>Waits until so many more steps have been answered.</summary>
    public async Task More(int steps)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate) awaited.Add((answered + steps, reached));
        if (await Held.Within(Task.WhenAny(reached.Task, working), $"{steps} more steps are answered") == working) await working;
    }

    /// <summary>Tells them that it is enough, and ends when all calls are answered.</summary>
    public async Task End()
    {
        enough = true;
        await Held.Within(Task.WhenAny(working), "every call is answered");
        await working;
    }

    void Answered(Piece piece)
    {
        lock (gate)
        {
            piece.Steps++;
            answered++;
            foreach (var (_, reached) in awaited.Where(wait => wait.At <= answered)) reached.TrySetResult();
            awaited.RemoveAll(wait => wait.At <= answered);
        }
    }

    /// <summary>How many steps of each piece are known to have happened, as of one moment.</summary>
    public IReadOnlyDictionary<Piece, int> Known()
    {
        lock (gate) return pieces.ToDictionary(piece => piece, piece => piece.Steps);
    }

    sealed class Worker(Load load, Fleet fleet, Scene scene, int number, Random random)
    {
        readonly List<Piece> own = [];
        int begun;

        public async Task Work()
        {
            while (!load.enough)
            {
                var kind = Kind.All[random.Next(Kind.All.Count)];
                var isNew = own.Count == 0 || own.Count(piece => piece.Kind == kind) < kind.Most && random.Next(3) == 0;
                var piece = isNew ? new(kind, $"survive {kind.Word} {number}.{++begun}.") : own[random.Next(own.Count)];
                var reflow = await fleet.Reach(number);
                try
                {
                    await Step(reflow, piece);
                }
                catch (HttpRequestException) when (fleet.MayFail(reflow))
                {
                    await FindOut(piece);
                }
            }
        }

        async Task Step(ReflowProcess reflow, Piece piece)
        {
            var kind = piece.Kind;
            if (piece.Id is "") Has(piece, await kind.Begin(reflow, scene, piece.Name));
            else
            {
                (await (piece.GoesForward ? kind.Forward(reflow, scene, piece) : kind.Back(reflow, scene, piece))).Ok();
                load.Answered(piece);
            }
        }

        void Has(Piece piece, Answer answer)
        {
            piece.Id = piece.Kind.IdOf(answer.Ok().Data);
            own.Add(piece);
            load.pieces.Add(piece);
            load.Answered(piece);
        }

        async Task FindOut(Piece piece)
        {
            while (true)
            {
                var reflow = await fleet.Reach(number);
                try
                {
                    // Changes follow one another on all nodes: behind this one, nothing can still come from a node that died.
                    (await reflow.Post($"/open-apis/task/v1/tasks/{scene.Home}/uncomplete")).Ok();
                    await Look(reflow, piece);
                    foreach (var earlier in own.Where(other => other.Kind.UsedKey is not null && other != piece).TakeLast(2)) await Again(reflow, earlier);
                    return;
                }
                catch (HttpRequestException) when (fleet.MayFail(reflow))
                {
                }
            }
        }

        async Task Look(ReflowProcess reflow, Piece piece)
        {
            if (piece.Id is not "")
            {
                if (await piece.Kind.IsForward(reflow, scene, piece) == piece.GoesForward) load.Answered(piece);
                return;
            }
            if (piece.Kind.UsedKey is not { } used)
            {
                load.lost.Add(piece);
                return;
            }
            var answer = await piece.Kind.Begin(reflow, scene, piece.Name);
            if (used == 0 || answer.Code != used) Has(piece, answer);
            else (piece.Kind.UsedMeansThere ? load.there : load.lost).Add(piece);
        }

        /// <summary>What was done and answered is not done again under its key.</summary>
        async Task Again(ReflowProcess reflow, Piece piece)
        {
            var answer = await piece.Kind.Begin(reflow, scene, piece.Name);
            if (piece.Kind.UsedKey is 0) Assert.Equal(piece.Id, piece.Kind.IdOf(answer.Ok().Data));
            else answer.Refuses(piece.Kind.UsedKey!.Value);
            Interlocked.Increment(ref load.repeated);
        }
    }
}
